"""The settings as they are, with a folder of their own, a known key, and the app that only the tests install."""

import atexit
import os
import shutil
import sys
import tempfile

if "pytest" in sys.modules and "PARLOR_DATA" not in os.environ:
    os.environ["PARLOR_DATA"] = tempfile.mkdtemp(prefix="parlor-tests-")
    atexit.register(shutil.rmtree, os.environ["PARLOR_DATA"], ignore_errors=True)
# Who is started by a test inherits its folder; who is not (mypy) needs none of its own.
os.environ.setdefault("PARLOR_DATA", os.path.join(tempfile.gettempdir(), "parlor-tests"))
os.environ.setdefault("SECRET_KEY", "only-for-tests")

from config.settings import *  # noqa: F403
from config.settings import DATA, DATABASES, INSTALLED_APPS
from tests.services.environment import NO_QUOTAS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one takes half a second, on purpose
QUOTAS = NO_QUOTAS  # tests about them set their own
STAFF_MFA = False  # tests about it turn it on
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# A file, not memory: the writer, the readers and the test are threads with connections of their own.
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}

# Every test's browser is a handler of its own, and would read all static files when it begins.
SERVESTATIC_USE_FINDERS = False
SERVESTATIC_USE_STATIC_ROOT = False
