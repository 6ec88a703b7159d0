#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, a_target_whose_condition_does_not_hold_is_none) {
  write("Makefile", R"make(
A := yes
B = $(A)
UNAME := $(shell uname -s)
define D
x
endef
all: ; x
ifdef NOBODY_SETS_THIS
no1: ; x
else ifeq ($(B), yes)
yes1: ; x
ifneq "$(A)" 'yes'
no2: ; x
else
yes2: ; x
endif
else
no3: ; x
endif
ifeq ($(OS),Windows_NT)
no4: ; x
  ifndef A
no5: ; x
  else
no6: ; x
  endif
else
yes3: ; x
endif
ifeq ($(UNAME),Darwin)
no7: ; x
endif
yes4: ; x
)make");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "yes1", "yes2", "yes3", "yes4"));
  EXPECT_THAT(text(), Not(HasSubstr("Only make can tell")));
}

TEST_F(Init, a_target_whose_condition_only_make_can_decide_is_left_out_and_told) {
  write("Makefile", R"(
GIT := $(shell git describe)
.PHONY: all maybe1 format.all
all: maybe1
ifdef CC
maybe1: ; x
both: ; x
X = 1
else
both: ; y
ifdef NOBODY_SETS_THIS
no: ; x
else
maybe2: ; x
format.all: ; x
endif
endif
ifeq ($(GIT),v1)
_maybe: ; x
else ifeq ($(X),1)
maybe3: ; x
all: ; x
else ifeq (a,a)
maybe4: ; x
else
no2: ; x
endif
ifeq ($(wildcard x),)
twice: ; x
else
twice: ; x
endif
)");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "both", "twice"));
  EXPECT_EQ(command(workspace(), "./", "all"), R"({ "make", "all" })");
  EXPECT_THAT(text(),
              HasSubstr("// Only make can tell whether Makefile has these, which stand in conditions: "
                        "maybe1, maybe2, maybe3 and maybe4.\n"));
}

TEST_F(Init, variables_of_make_have_the_values_that_make_gives_them) {
  write("Makefile", R"make(
CC ?= gcc
E =
E ?= x
A = 1
B := $(A)
A = 2
U = 1
undefine U
all: ; x
ifeq ($(CC),gcc)
maybe1: ; x
endif
ifeq ($(E),)
yes1: ; x
endif
ifeq ($(B),1)
yes2: ; x
endif
ifdef U
no1: ; x
endif
)make");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("all", "yes1", "yes2"));
  EXPECT_THAT(text(), HasSubstr("stand in conditions: maybe1.\n"));
}

TEST_F(Init, after_what_only_make_can_read_a_variable_may_have_a_value) {
  for (const char* first : {"include $(shell echo cfg).mk", "$(eval CFG=1)"}) {
    write("Makefile", std::string(first) + "\nall: ; x\nifdef CFG\nmaybe1: ; x\nelse\nmaybe2: ; x\nendif\n");
    EXPECT_THAT(text(), HasSubstr("stand in conditions: maybe1 and maybe2.\n")) << first;
  }
}

TEST_F(Init, the_lines_of_a_definition_and_parts_of_a_name_are_no_targets) {
  write("Makefile",
        "override define X\nno1: x\nendef\nexport define Y =\nno2: x\n  endef # of Y\n"
        "define Z\ndefine inner\nno3: x\nendef\nno4: x\nendef\nfoo\\ bar: a\n\tx\na: ; x\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("a"));
}

}  // namespace
}  // namespace dream::init
