"""What the checks through boto3 share: clients of the emulator, the text of an error, and the run itself."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def connect(endpoint_url, service, account, region="eu-central-1"):
    return boto3.client(
        service,
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="secret",
        # The emulator's own validation is what is looked at.
        config=Config(parameter_validation=False, retries={"max_attempts": 0}),
    )


def error_of(call, **arguments):
    """The error that a call ends with, as "Code: message"."""
    try:
        call(**arguments)
    except ClientError as error:
        return "{Code}: {Message}".format(**{"Message": "", **error.response["Error"]})
    return "no error"


def run(usage, service, account, checks):
    """Runs each check with a client and the endpoint of the command line, and exits with 1 where one fails."""
    if len(sys.argv) != 2:
        sys.exit(usage)
    endpoint_url = sys.argv[1]
    client = connect(endpoint_url, service, account)
    passed = 0
    for check in checks:
        try:
            check(client, endpoint_url)
            passed += 1
            print("ok   " + check.__name__)
        except Exception as error:  # a check may fail in any way, and the others still run
            print("FAIL {}: {!r}".format(check.__name__, error))
    failed = len(checks) - passed
    print("{} passed, {} failed".format(passed, failed))
    sys.exit(1 if failed else 0)
