"""The settings as they are, with a folder of their own, a known key, and the app that only the tests install."""

import atexit
import os
import shutil
import tempfile

if "PARLOR_DATA" not in os.environ:  # servers that a test starts inherit the folder and do not remove it
    os.environ["PARLOR_DATA"] = tempfile.mkdtemp(prefix="parlor-tests-")
    atexit.register(shutil.rmtree, os.environ["PARLOR_DATA"], ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "only-for-tests")

from config.settings import *  # noqa: F403
from config.settings import DATA, DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.toy"]

# A file, not memory: the writer, the readers and the test are threads with connections of their own.
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(DATA / "test.sqlite3")}
