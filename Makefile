
# make run      installs what is missing, builds, serves on 127.0.0.1:8080
# make test     installs what is missing, builds, runs every test
# make asan     the same with AddressSanitizer and UBSan
# make install  DESTDIR=
# make clean

PORT       ?= 8080
WORKSPACE  ?= $(CURDIR)/workspace
BUILD      := $(CURDIR)/build

# not NGINX, which nginx takes for the sockets of a binary upgrade

SERVER     := /usr/sbin/nginx
NGINX_SRC  := /usr/share/nginx/src
PYTHON     := /usr/bin/python3
VENV       := $(BUILD)/venv
DOCDIR     := /usr/share/doc/libnginx-mod-http-pyexec
MODULES    := /usr/lib/nginx/modules

SUDO       := $(shell test "$$(id -u)" = 0 || echo sudo)

# nginx itself, what it takes to build a module for it, and what the pool
# and the makefile need

PACKAGES   := nginx nginx-dev gcc libc6-dev make pkg-config libyajl-dev \
              libseccomp-dev libpython3-dev libmd-dev python3 python3-venv \
              curl ca-certificates

TEST_PACKAGES := libcmocka-dev clang perl openssl libgcc-12-dev

# of the Python packages, where PyPI can't be reached

PYTHON_PACKAGES := python3-numpy python3-pandas python3-matplotlib \
                   python3-seaborn python3-scipy python3-pil \
                   python3-openpyxl python3-sympy python3-sklearn

SANITIZE   := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
              -fno-omit-frame-pointer

CC_OPT     := -O2 -g -D_FORTIFY_SOURCE=2 -fstack-protector-strong
LD_OPT     := -Wl,-z,relro -Wl,-z,now

MODULE     := $(BUILD)/ngx_http_pyexec_module.so
POOL       := $(BUILD)/pyexec-pool

SOURCES    := config config.make ngx_http_pyexec_module.c \
              $(wildcard src/*/*.c src/*/*.h src/*/*.py src/*/*.sh)

.PHONY: all build run test asan install clean packages test-packages

all: build


# installing

define install_packages
	@missing=; for p in $(1); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null \
	        | grep -q 'ok installed' || missing="$$missing $$p"; \
	done; \
	test -z "$$missing" || { \
	    echo "installing$$missing"; \
	    $(SUDO) apt-get update -qq; \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -qq --no-install-recommends $$missing \
	        > /dev/null; \
	}
endef

packages:
	$(call install_packages,$(PACKAGES))

test-packages: packages
	$(call install_packages,$(TEST_PACKAGES))

# build/python names the prefix that the pool is to use

$(BUILD)/python: requirements-code-exec.txt | packages
	@mkdir -p $(BUILD)
	@if $(PYTHON) -m venv $(VENV) \
	    && $(VENV)/bin/python -m pip install -q -r $<; \
	then \
	    echo $(VENV) > $@; \
	else \
	    echo "PyPI can't be reached: Debian's packages are taken"; \
	    $(SUDO) apt-get update -qq; \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
	        --no-install-recommends $(PYTHON_PACKAGES) > /dev/null \
	    && echo /usr > $@; \
	fi


# building

build: $(MODULE)

# configure lists the files: again when there are others

LIST := $(sort $(wildcard src/*/*.c src/python/*.py))

$(shell mkdir -p $(BUILD); echo $(LIST) | cmp -s - $(BUILD)/files \
    || echo $(LIST) > $(BUILD)/files)

$(BUILD)/nginx/objs/Makefile: config config.make $(BUILD)/files | packages
	@mkdir -p $(BUILD)
	@rm -rf $(BUILD)/nginx && cp -r $(NGINX_SRC) $(BUILD)/nginx
	cd $(BUILD)/nginx && bash -c '. ./conf_flags \
	    && ./configure "$${NGX_CONF_FLAGS[@]}" $(CONFIGURE_FLAGS) \
	        --add-dynamic-module=$(CURDIR)' > configure.log \
	    || { tail -3 configure.log; exit 1; }

$(MODULE): $(BUILD)/nginx/objs/Makefile $(SOURCES)
	cd $(BUILD)/nginx && $(MAKE) -s -f objs/Makefile modules
	@cp $(BUILD)/nginx/objs/ngx_http_pyexec_module.so \
	    $(BUILD)/nginx/objs/pyexec-pool $(BUILD)


# running

run: build $(BUILD)/python
	@SERVER=$(SERVER) BUILD=$(BUILD) PORT=$(PORT) WORKSPACE=$(WORKSPACE) \
	    PREFIX=$$(cat $(BUILD)/python) sh t/tools/run.sh


# testing

export TEST_NGINX_BINARY       := $(SERVER)
export TEST_NGINX_LOAD_MODULES := $(MODULE)

test: test-packages build $(BUILD)/python
	BUILD=$(BUILD) PREFIX=$$(cat $(BUILD)/python) sh t/tools/test.sh

# nginx itself is not instrumented: the run-time has to be loaded before it

asan: export PYEXEC_CFLAGS := -O1 -g -DPYEXEC_ASAN $(SANITIZE)
asan: export PYEXEC_LDFLAGS := $(SANITIZE)
asan: export SANITIZE := $(SANITIZE)
asan: export ASAN_OPTIONS := \
    detect_leaks=0:allocator_may_return_null=1:handle_segv=0
asan: test-packages $(BUILD)/python
	@mkdir -p $(BUILD)/asan && cp $(BUILD)/python $(BUILD)/asan
	$(MAKE) BUILD=$(BUILD)/asan SERVER=$(CURDIR)/t/tools/nginx-asan.sh \
	    CC_OPT="-O1 -g -DPYEXEC_ASAN $(SANITIZE)" LD_OPT="$(SANITIZE)" \
	    test

install: build
	install -d $(DESTDIR)$(MODULES) $(DESTDIR)$(DOCDIR)
	install -m 644 $(MODULE) $(DESTDIR)$(MODULES)
	install -m 755 $(POOL) $(DESTDIR)$(MODULES)
	install -m 644 conf.example requirements-code-exec.txt README.md \
	    SECURITY.md CHANGES $(DESTDIR)$(DOCDIR)

clean:
	rm -rf $(BUILD)
