export { isPlainRequest } from './plain-requests.ts';
export { parameterSchemas, querySchemas, requestSchemas } from './requests.ts';
export { errorSchema, responseSchemas } from './responses.ts';
