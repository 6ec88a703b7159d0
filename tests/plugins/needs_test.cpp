#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/registry.hpp"
#include "unit/plugin/fake_services.hpp"

namespace dream::plugin {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = NeededProject::Kind;

/// What plugins of this folder tell that a project needs.
struct Needs : testing::Test {
  Needs() {
    SearchPath search;
    search.installed = DREAM_TEST_PLUGINS;
    registry = std::make_unique<Registry>(search, services);
  }
  Result<std::vector<NeededProject>> of(const std::string& id, const std::string& path = "./") const {
    const auto plugin = registry->load(id);
    if (!plugin) return plugin.error();
    return (*plugin)->needed_projects({"/w", path, "/w", "{}"});
  }

  FakeServices services;
  std::unique_ptr<Registry> registry;
};

TEST_F(Needs, are_told_as_projects_of_the_workspace_in_order) {
  const auto needed = of("good_needs");
  ASSERT_TRUE(needed) << to_string(needed.error());
  EXPECT_THAT(
      *needed,
      ElementsAre(NeededProject{"./libs/util", Kind::development}, NeededProject{"./libs/util", Kind::peer},
                  NeededProject{"./a", Kind::optional}, NeededProject{"./b", Kind::runtime}));
  EXPECT_THAT(*of("good_needs", "./empty"), IsEmpty());
  EXPECT_TRUE((*registry->load("good_needs"))->tells_needs());
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(Needs, of_a_plugin_that_can_not_tell_are_none) {
  EXPECT_THAT(*of("plain_c"), IsEmpty());
  EXPECT_FALSE((*registry->load("plain_c"))->tells_needs());
  EXPECT_THAT(services.log_.lines, IsEmpty());
}

TEST_F(Needs, that_make_no_sense_are_told_off_and_left_out) {
  EXPECT_THAT(*of("bad_needs_a_name"), IsEmpty());
  EXPECT_THAT(
      services.log_.lines,
      ElementsAre("warning: plugin bad_needs_a_name: depends.projects of ./ needs \"other\", which is no "
                  "absolute path"));
  EXPECT_THAT(*of("bad_needs_itself"), IsEmpty());
  EXPECT_THAT(*of("bad_needs_always"), IsEmpty()) << "it is outside of the workspace";
  EXPECT_EQ(services.log_.lines.size(), 1U);
}

TEST_F(Needs, of_an_unknown_kind_or_told_twice_count_as_plain_ones) {
  const auto plugin = registry->load("bad_needs_somehow");
  ASSERT_TRUE(plugin);
  const NeededProject other{"./other", Kind::runtime};
  EXPECT_THAT(*(*plugin)->needed_projects({"/srv", "./", "/srv/web", "{}"}), ElementsAre(other));
  EXPECT_THAT(services.log_.lines, ElementsAre(HasSubstr("needs a project in a way that doesn't exist")));
  EXPECT_THAT(*(*registry->load("bad_needs_twice"))->needed_projects({"/srv", "./", "/srv/web", "{}"}),
              ElementsAre(other));
}

TEST_F(Needs, that_can_not_be_told_are_an_error) {
  const auto needed = of("bad_needs_silently");
  ASSERT_FALSE(needed);
  EXPECT_THAT(services.log_.lines, ElementsAre(HasSubstr("depends.projects of ./")));
}

}  // namespace
}  // namespace dream::plugin
