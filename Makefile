# One gate, here and in CI, which runs `make keras onnx` after it; cheapest checks first.
.PHONY: check fmt lint doc test examples python keras onnx

check: fmt lint doc test examples python

fmt:
	cargo fmt --all --check

lint:
	cargo clippy --workspace --exclude elman-f64 --exclude elman-kernels-f64 --all-targets --all-features -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --exclude elman-f64 --exclude elman-kernels-f64 --no-deps --all-features

test:
	cargo test --workspace
	cargo test -p elman --all-features
	cargo test -p elman-files --all-features
	cargo test -p elman-kernels --bench recurrent

examples:
	cargo run --release --example notebook > target/notebook.txt
	cargo run --release --example tour
	python3 examples/make_notebook.py --check
	cargo run --release --example custom
	cargo run --release --example digits -- target/elman-examples
	cargo run --release --example forecast -- target/elman-examples
	cargo run --release --example character -- target/elman-examples
	cargo run --release --example dates -- target/elman-examples
	cargo run --release --example sensor -- target/elman-examples

# The Python package, built as users build it, repaired as packagers publish it, and its tests. The
# wheel is first tried beside nothing but what it asks for.
python:
	python3 -m venv target/python-venv
	target/python-venv/bin/pip install --quiet -r python/requirements-test.txt
	target/python-venv/bin/python python/make_stubs.py --check
	target/python-venv/bin/python -m mypy --strict python/elman
	rm -rf target/wheels
	target/python-venv/bin/pip wheel --quiet --no-deps --wheel-dir target/wheels .
	PATH="$(CURDIR)/target/python-venv/bin:$$PATH" target/python-venv/bin/auditwheel repair \
		--wheel-dir target/wheels/repaired target/wheels/elman-*.whl
	target/python-venv/bin/twine check --strict target/wheels/repaired/elman-*.whl
	test $$(cat target/wheels/repaired/elman-*.whl | wc -c) -lt 10000000
	python3 -m venv --clear target/wheel-venv
	target/wheel-venv/bin/pip install --quiet target/wheels/repaired/elman-*.whl
	target/wheel-venv/bin/python python/tests/first_steps.py
	target/python-venv/bin/pip install --quiet --force-reinstall --no-deps target/wheels/repaired/elman-*.whl
	target/python-venv/bin/python -m pytest --quiet python/tests
	target/python-venv/bin/python -m pytest --quiet --doctest-modules --pyargs elman
	MYPYPATH=python target/python-venv/bin/python -m mypy.stubtest elman --ignore-missing-stub

# Real Keras opens what elman wrote and predicts the same.
keras:
	cargo run --release --example write_for_keras -- target/for-keras
	target/keras-venv/bin/python fixtures/check_with_keras.py target/for-keras
	ELMAN_KERAS_PYTHON=$(CURDIR)/target/keras-venv/bin/python \
		target/python-venv/bin/python -m pytest --quiet python/tests/test_recipes.py -k keras

# ONNX's checker accepts what elman wrote, and ONNX Runtime computes the same.
onnx:
	cargo run --release --example write_for_onnx -- target/for-onnx
	target/keras-venv/bin/python fixtures/check_with_onnx.py target/for-onnx
