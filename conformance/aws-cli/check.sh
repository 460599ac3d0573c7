#!/usr/bin/env bash
# The main paths of AWS KMS and AWS Secrets Manager through AWS's own command line (Debian's awscli), against the emulator.
#
# Usage: check.sh http://127.0.0.1:5390
#
# Prints one line for each check and ends with "N passed, N failed".
set -uo pipefail

endpoint=${1:?give the address of the emulator}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit

# Nothing of the person's own configuration, and no question to a metadata service.
export HOME=$work AWS_EC2_METADATA_DISABLED=true AWS_PAGER='' AWS_MAX_ATTEMPTS=1
export AWS_ACCESS_KEY_ID=555566667777 AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-central-1
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_DEFAULT_REGION

kms() {
  /usr/bin/aws --endpoint-url "$endpoint" --output text kms "$@"
}

secrets() {
  /usr/bin/aws --endpoint-url "$endpoint" --output text secretsmanager "$@"
}

# create_key [OPTION…]: prints the id of a new key.
create_key() {
  kms create-key --query KeyMetadata.KeyId "$@"
}

# refused_with TEXT COMMAND…: the command ends with an error that contains the text.
refused_with() {
  local text=$1
  shift
  if "$@" >answer 2>error; then
    echo "not refused: $*"
    return 1
  fi
  grep -qF -- "$text" error || { cat error; return 1; }
}

equal() {
  [ "$1" = "$2" ] || { echo "expected: $2"; echo "received: $1"; return 1; }
}

keys_are_created_and_described() {
  key=$(create_key --description 'from the CLI' --tags TagKey=team,TagValue=payments)
  described=$(kms describe-key --key-id "$key" --query 'KeyMetadata.[Arn,Description,KeyState]')
  equal "$described" "arn:aws:kms:eu-central-1:555566667777:key/$key	from the CLI	Enabled"
  equal "$(kms list-resource-tags --key-id "$key" --query 'Tags[].[TagKey,TagValue]')" 'team	payments'
}

keys_are_listed_page_by_page() {
  for _ in 1 2 3; do create_key >>made; done
  kms list-keys --page-size 2 --query 'Keys[].[KeyId]' >listed
  while read -r key; do grep -qx "$key" listed; done <made
}

plaintext_comes_back_under_its_context() {
  key=$(create_key)
  printf 'plaintext \0 of bytes' >plaintext
  kms encrypt --key-id "$key" --plaintext fileb://plaintext --encryption-context tenant=acme,for=ü \
    --query CiphertextBlob | base64 -d >blob
  kms decrypt --ciphertext-blob fileb://blob --encryption-context for=ü,tenant=acme \
    --query Plaintext | base64 -d >opened
  cmp plaintext opened
  refused_with InvalidCiphertextException \
    kms decrypt --ciphertext-blob fileb://blob --encryption-context tenant=other,for=ü
  refused_with InvalidCiphertextException kms decrypt --ciphertext-blob fileb://blob
}

data_keys_open() {
  key=$(create_key)
  read -r plain blob < <(kms generate-data-key --key-id "$key" --key-spec AES_256 --query '[Plaintext,CiphertextBlob]')
  equal "$(base64 -d <<<"$plain" | wc -c)" 32
  equal "$(kms decrypt --ciphertext-blob "$blob" --query Plaintext)" "$plain"
}

a_blob_moves_to_another_key() {
  one=$(create_key)
  two=$(create_key)
  blob=$(kms encrypt --key-id "$one" --plaintext aGVsbG8= --query CiphertextBlob)
  moved=$(kms re-encrypt --ciphertext-blob "$blob" --destination-key-id "$two" --query CiphertextBlob)
  equal "$(kms decrypt --ciphertext-blob "$moved" --key-id "$two" --query Plaintext)" aGVsbG8=
  refused_with IncorrectKeyException kms decrypt --ciphertext-blob "$moved" --key-id "$one"
}

openssl_verifies_signatures() {
  for pair in RSA_2048:RSASSA_PKCS1_V1_5_SHA_256 ECC_NIST_P256:ECDSA_SHA_256; do
    key=$(create_key --key-spec "${pair%:*}" --key-usage SIGN_VERIFY)
    printf message >message
    kms sign --key-id "$key" --message fileb://message --signing-algorithm "${pair#*:}" \
      --query Signature | base64 -d >signature
    kms get-public-key --key-id "$key" --query PublicKey | base64 -d >public.der
    openssl pkey -pubin -inform DER -in public.der -out public.pem
    openssl dgst -sha256 -verify public.pem -signature signature message
    equal "$(kms verify --key-id "$key" --message fileb://message --signature fileb://signature \
      --signing-algorithm "${pair#*:}" --query SignatureValid)" True
    printf other >message
    refused_with KMSInvalidSignatureException kms verify --key-id "$key" --message fileb://message \
      --signature fileb://signature --signing-algorithm "${pair#*:}"
  done
}

openssl_encrypts_for_a_key() {
  key=$(create_key --key-spec RSA_3072 --key-usage ENCRYPT_DECRYPT)
  kms get-public-key --key-id "$key" --query PublicKey | base64 -d >public.der
  printf secret >plaintext
  openssl pkeyutl -encrypt -pubin -keyform DER -inkey public.der -in plaintext -out blob \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
  kms decrypt --key-id "$key" --ciphertext-blob fileb://blob --encryption-algorithm RSAES_OAEP_SHA_256 \
    --query Plaintext | base64 -d >opened
  cmp plaintext opened
}

openssl_computes_the_same_mac() {
  key=$(create_key --origin EXTERNAL --key-spec HMAC_256 --key-usage GENERATE_VERIFY_MAC)
  openssl rand 32 >material
  import_material "$key"
  printf message >message
  mac=$(kms generate-mac --key-id "$key" --message fileb://message --mac-algorithm HMAC_SHA_256 --query Mac)
  equal "$(openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -tx1 -v material | tr -d ' \n')" -binary message | base64)" "$mac"
  equal "$(kms verify-mac --key-id "$key" --message fileb://message --mac-algorithm HMAC_SHA_256 \
    --mac "$mac" --query MacValid)" True
}

# import_material KEY: imports the file "material", wrapped by openssl.
import_material() {
  read -r public token < <(kms get-parameters-for-import --key-id "$1" \
    --wrapping-algorithm RSAES_OAEP_SHA_256 --wrapping-key-spec RSA_4096 --query '[PublicKey,ImportToken]')
  base64 -d <<<"$public" >wrapping.der
  openssl pkeyutl -encrypt -pubin -keyform DER -inkey wrapping.der -in material -out wrapped \
    -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
  kms import-key-material --key-id "$1" --import-token "$token" --encrypted-key-material fileb://wrapped \
    --expiration-model KEY_MATERIAL_DOES_NOT_EXPIRE
}

material_is_imported() {
  key=$(create_key --origin EXTERNAL)
  refused_with KMSInvalidStateException kms encrypt --key-id "$key" --plaintext aGVsbG8=
  openssl rand 32 >material
  import_material "$key"
  blob=$(kms encrypt --key-id "$key" --plaintext aGVsbG8= --query CiphertextBlob)
  kms delete-imported-key-material --key-id "$key"
  refused_with KMSInvalidStateException kms decrypt --ciphertext-blob "$blob"
  import_material "$key"
  equal "$(kms decrypt --ciphertext-blob "$blob" --query Plaintext)" aGVsbG8=
}

aliases_name_keys() {
  one=$(create_key)
  two=$(create_key)
  kms create-alias --alias-name alias/cli --target-key-id "$one"
  equal "$(kms describe-key --key-id alias/cli --query KeyMetadata.KeyId)" "$one"
  kms update-alias --alias-name alias/cli --target-key-id "$two"
  equal "$(kms list-aliases --key-id "$two" --query 'Aliases[].AliasName')" alias/cli
  refused_with AlreadyExistsException kms create-alias --alias-name alias/cli --target-key-id "$one"
  kms delete-alias --alias-name alias/cli
  refused_with NotFoundException kms describe-key --key-id alias/cli
}

policies_and_grants_are_kept() {
  key=$(create_key)
  kms get-key-policy --key-id "$key" --policy-name default --query Policy >policy.json
  kms put-key-policy --key-id "$key" --policy-name default --policy file://policy.json
  refused_with MalformedPolicyDocumentException \
    kms put-key-policy --key-id "$key" --policy-name default --policy '{"Statement":'
  grant=$(kms create-grant --key-id "$key" --grantee-principal arn:aws:iam::555566667777:role/app \
    --operations Encrypt Decrypt --query GrantId)
  equal "$(kms list-grants --key-id "$key" --query 'Grants[].GrantId')" "$grant"
  kms revoke-grant --key-id "$key" --grant-id "$grant"
  equal "$(kms list-grants --key-id "$key" --query 'length(Grants)')" 0
}

keys_change_their_state() {
  key=$(create_key)
  kms disable-key --key-id "$key"
  refused_with DisabledException kms encrypt --key-id "$key" --plaintext aGVsbG8=
  kms enable-key --key-id "$key"
  kms enable-key-rotation --key-id "$key"
  equal "$(kms get-key-rotation-status --key-id "$key" --query KeyRotationEnabled)" True
  equal "$(kms schedule-key-deletion --key-id "$key" --pending-window-in-days 7 --query KeyState)" PendingDeletion
  refused_with KMSInvalidStateException kms encrypt --key-id "$key" --plaintext aGVsbG8=
  kms cancel-key-deletion --key-id "$key"
  equal "$(kms describe-key --key-id "$key" --query KeyMetadata.KeyState)" Disabled
}

a_replica_opens_what_its_primary_encrypted() {
  key=$(create_key --multi-region)
  blob=$(kms encrypt --key-id "$key" --plaintext aGVsbG8= --query CiphertextBlob)
  kms replicate-key --key-id "$key" --replica-region us-west-2
  equal "$(kms decrypt --region us-west-2 --ciphertext-blob "$blob" --query Plaintext)" aGVsbG8=
  refused_with AccessDeniedException kms decrypt --region ap-south-1 --ciphertext-blob "$blob"
}

errors_carry_their_names() {
  refused_with "(NotFoundException) when calling the DescribeKey operation" kms describe-key --key-id alias/none
  refused_with "Key 'arn:aws:kms:eu-central-1:555566667777:key/1234abcd-12ab-34cd-56ef-1234567890ab' does not exist" \
    kms describe-key --key-id 1234abcd-12ab-34cd-56ef-1234567890ab
  refused_with '(ValidationException) when calling the GenerateRandom operation' kms generate-random
}

secrets_have_versions() {
  secrets create-secret --name cli/password --secret-string one
  secrets put-secret-value --secret-id cli/password --secret-string two
  equal "$(secrets get-secret-value --secret-id cli/password --query SecretString)" two
  equal "$(secrets get-secret-value --secret-id cli/password --version-stage AWSPREVIOUS --query SecretString)" one
  secrets delete-secret --secret-id cli/password --recovery-window-in-days 7
  refused_with InvalidRequestException secrets get-secret-value --secret-id cli/password
  secrets restore-secret --secret-id cli/password
  equal "$(secrets get-secret-value --secret-id cli/password --query SecretString)" two
}

secrets_are_sealed_by_a_key() {
  key=$(create_key)
  openssl rand 100 >binary
  secrets create-secret --name cli/binary --kms-key-id "$key" --secret-binary fileb://binary
  secrets get-secret-value --secret-id cli/binary --query SecretBinary | base64 -d >opened
  cmp binary opened
  kms disable-key --key-id "$key"
  refused_with 'when calling the GetSecretValue operation' secrets get-secret-value --secret-id cli/binary
}

the_endpoint_is_all_that_is_needed() {
  equal "$(kms generate-random --number-of-bytes 24 --query Plaintext | base64 -d | wc -c)" 24
}

checks=(
  the_endpoint_is_all_that_is_needed
  keys_are_created_and_described
  keys_are_listed_page_by_page
  plaintext_comes_back_under_its_context
  data_keys_open
  a_blob_moves_to_another_key
  openssl_verifies_signatures
  openssl_encrypts_for_a_key
  openssl_computes_the_same_mac
  material_is_imported
  aliases_name_keys
  policies_and_grants_are_kept
  keys_change_their_state
  a_replica_opens_what_its_primary_encrypted
  errors_carry_their_names
  secrets_have_versions
  secrets_are_sealed_by_a_key
)

# All at once, each in a folder of its own: nearly all of the time goes into starting the command line.
declare -A running
for name in "${checks[@]}"; do
  mkdir "$name"
  # After "&&" as the last command, so that a failing command ends the check.
  (set -e && cd "$name" && "$name") >"$name.log" 2>&1 &
  running[$name]=$!
done

passed=0
failed=0
for name in "${checks[@]}"; do
  if wait "${running[$name]}"; then
    passed=$((passed + 1))
    echo "ok      ${name//_/ }"
  else
    failed=$((failed + 1))
    echo "FAILED  ${name//_/ }"
    cat "$name.log"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
