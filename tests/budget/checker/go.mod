module exposer.dev/tests/budget

go 1.26.0
