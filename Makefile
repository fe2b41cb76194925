# What there is to do here; each target is one short recipe, and the work is in ./confab and eng/.
.PHONY: run test demo bench fuzz fmt check pack clean
.DEFAULT_GOAL := run

run:    # build, and start the server on its embedded defaults
	@exec ./confab serve

test:   # install what the tests need, build, run them all; the last line is the total
	@exec eng/test

demo:   # a scripted tour through a group chat
	@exec ./confab demo

bench:  # the load runs that are quick, and how to run the rest
	@exec bench/run

fuzz:   # the tests that feed the parsers what no peer should send
	@exec eng/fuzz

fmt:    # lay out the code
	@dotnet format Confab.slnx

check:  # warnings are errors, and the layout holds
	@eng/build Confab.slnx && dotnet format Confab.slnx --verify-no-changes --no-restore

pack:   # the packages of the libraries, in artifacts/packages
	@eng/build Confab.slnx && dotnet pack Confab.slnx -c Release --no-build -o artifacts/packages -v quiet -nologo && ls artifacts/packages

clean:  # remove what was built; data/ stays
	@find src tests bench -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} + 2>/dev/null; rm -rf artifacts
