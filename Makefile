# make run            start Parlor on http://127.0.0.1:8000/   (HOST=0.0.0.0 for the LAN, PORT=9000, PYTHON=python3.12)
# make demo           fill an empty Parlor with people, messages and a finished game
# make test           every check; STEPS="ruff mypy" for some of them
# make lint           formatting, ruff, the language check, mypy, imports, biome, tsc
# make chaos          the long runs: kills, cut connections, hangs, a rolling upgrade
# make bench          measure against others, alone on the machine; ROWS="500x64 …", PEERS="parlor,ws …", RUNS=5
# make coverage       branch coverage of realtime/, with a floor
# make audit          known vulnerabilities of the packages, where an advisory source can be reached
# make pictures       screenshots into docs/pictures/
# make clean          remove what can be made again; never the data in var/

export HOST PORT PYTHON ROWS PEERS RUNS

.PHONY: run demo test lint chaos bench coverage audit pictures clean

run:
	@bin/run

demo:
	@bin/run demo

test:
	@bin/test $(STEPS)

lint:
	@bin/test ruff format language mypy imports biome tsc

chaos:
	@bin/test chaos-full

bench:
	@bin/venv requirements-dev.txt
	@.venv/bin/python -m bench.run

audit:
	@bin/venv requirements-dev.txt
	@.venv/bin/python -m tests.audit

coverage:
	@bin/test coverage

pictures:
	@bin/test pictures

clean:
	rm -rf .venv node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis bench/.build
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
