"""What Podero's guide tells partners to send, as it stands there; and how a test sends it.

Only the host is another one, and what stands in braces is filled in, as the guide asks its readers to do.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE
from typing import Any

import msgspec

_HOST = "https://app.podero.com"

TOKEN_BY_CURL = """
curl -X POST \\
  'https://app.podero.com/oauth2/token/' \\
  -H 'Authorization: Basic base64_encode(client_id:client_secret)' \\
  -H 'Cache-Control: no-cache' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "grant_type": "client_credentials"
  }'
"""
USER_BY_CURL = """
curl -X POST \\
  'https://app.podero.com/api/partners/v2.0/org/{org_id}/users' \\
  -H 'Authorization: Bearer {auth_token}' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "role": "user",
    "email": "customer@example.com",
    "external_user_id": "your_internal_user_id"
  }'
"""
USER_BY_PYTHON = """
response = requests.post(
    f'https://app.podero.com/api/partners/v2.0/org/{org_id}/users',
    headers={
        'Authorization': f'Bearer {auth_token}',
        'Content-Type': 'application/json'
    },
    json={
        'role': 'user',
        'email': 'customer@example.com',
        'external_user_id': 'your_internal_user_id'
    }
)

user_id = response.json()['id']
"""
SESSION_BY_CURL = """
curl -X POST \\
  'https://app.podero.com/api/partners/v2.0/device-onboarding' \\
  -H 'Authorization: Bearer {auth_token}' \\
  -H 'Content-Type: application/json' \\
  -d '{
    "language": "en",
    "price_zone_default": "DE",
    "is_smart_optimization_active_default": true,
    "success_url": "https://yourapp.com/success",
    "cancel_url": "https://yourapp.com/cancel",
    "user_id": "{user_id}",
    "building_id": "{building_id}"
  }'
"""
SESSION_BY_PYTHON = """
response = requests.post(
    'https://app.podero.com/api/partners/v2.0/device-onboarding',
    headers={
        'Authorization': f'Bearer {auth_token}',
        'Content-Type': 'application/json'
    },
    json={
        'language': 'en',
        'price_zone_default': 'DE',
        'is_smart_optimization_active_default': True,
        'success_url': 'https://yourapp.com/success',
        'cancel_url': 'https://yourapp.com/cancel',
        'user_id': user_id,
        'building_id': building_id
    }
)

authentication_url = response.json()['authentication_url']
"""


async def by_curl(command: str, host: str, **filled: str) -> Any:
    """The answer's JSON to a command of the guide; `filled` is by placeholder."""
    for name, value in filled.items():
        command = command.replace(f"{{{name}}}", value)
    return msgspec.json.decode(await _run("sh", "-c", command.replace(_HOST, host)))


async def by_python(fragment: str, host: str, shown: str, **known: str) -> str:
    """What the variable `shown` is after a fragment of the guide; `known` are the variables that it uses."""
    given = [f"{name} = {value!r}" for name, value in known.items()]
    code = ["import requests", *given, fragment.replace(_HOST, host), f"print({shown})"]
    return (await _run(sys.executable, "-c", "\n".join(code))).decode().strip()


async def _run(*words: str) -> bytes:
    process = await asyncio.create_subprocess_exec(*words, stdout=PIPE, stderr=PIPE)
    out, told = await process.communicate()
    assert process.returncode == 0, told.decode()
    return out
