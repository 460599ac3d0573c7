import { filled } from '../../aws/placeholders.ts';
import { type FaultTextName, faultText, type ValuesOf } from './fault-texts.ts';
import { SecretsFault } from './secrets-fault.ts';

/** The refusal of a row of the texts, with its values put in. */
export function refusal<Name extends FaultTextName>(name: Name, ...[values]: ValuesOf<Name>): SecretsFault {
  const { fault, text } = faultText(name);
  return new SecretsFault(fault, filled(text, values));
}
