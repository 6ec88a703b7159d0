#include "unit/config/config_testing.hpp"

namespace dream::config {
namespace {

const std::string text = R"({
  "executors": { "docker": { "options": {
    "network": "host", "limits": { "cpu": 2, "memory": "1g" }, "ports": [1, 2], "gone": true, "n": null } } },
  "projects": { "./a/b": {
    "options": { "limits": { "cpu": 4 }, "gone": null, "id": 18446744073709551615, "half": 0.1 },
    "tasks": { "dev": { "options": { "ports": [3], "limits": { "memory": null }, "s": "\u00e9\n" } } } } }
})";

const std::vector<OptionsPointer> layers{"/executors/docker/options", "/projects/.~1a~1b/options",
                                         "/projects/.~1a~1b/tasks/dev/options"};

TEST(Options, are_merged_by_rfc_7396) {
  const auto result = interpret_text(text);
  ASSERT_TRUE(result.problems.empty());
  EXPECT_EQ(
      result.document->options(layers),
      "{\"network\":\"host\",\"limits\":{\"cpu\":4},\"ports\":[3],\"id\":18446744073709551615,\"half\":0.1,"
      "\"s\":\"\xC3\xA9\\n\"}");
}

TEST(Options, of_no_layer_or_a_missing_one_are_empty) {
  const auto document = Document::parse("f", text);
  EXPECT_EQ(document->options({}), "{}");
  EXPECT_EQ(
      document->options(std::vector<OptionsPointer>{"/no/such", "/projects/.~1a~1b/tasks/dev/options/s"}),
      "{}");
  EXPECT_EQ(Document::parse("f", "{")->options(layers), "{}");
}

TEST(Options, pointers_of_the_workspace_lead_to_them) {
  const auto result = interpret_text(text);
  const Workspace& workspace = result.workspace;
  EXPECT_EQ(workspace.executors.at("docker").options, layers[0]);
  EXPECT_EQ(workspace.projects.at("./a/b").options, layers[1]);
  EXPECT_EQ(workspace.projects.at("./a/b").tasks.at("dev").options, layers[2]);
}

TEST(OptionPlace, is_in_the_highest_layer_that_sets_it) {
  const auto document = Document::parse("f", text);
  const auto at = [&](std::string_view pointer) { return document->locate_option(layers, pointer).value; };
  EXPECT_EQ(at("/network"), text.find("\"network\""));
  EXPECT_EQ(at("/limits/cpu"), text.find("\"cpu\": 4"));
  EXPECT_EQ(at("/ports/0"), text.find("3]"));
  EXPECT_EQ(at("/limits"), text.rfind("\"limits\""));
}

TEST(OptionPlace, of_something_missing_is_its_nearest_parent) {
  const auto document = Document::parse("f", text);
  const auto at = [&](std::string_view pointer) { return document->locate_option(layers, pointer); };
  EXPECT_EQ(at("/limits/disk/size").value, text.rfind("\"limits\""));
  EXPECT_EQ(at("/image").value, text.rfind("\"options\""));
  EXPECT_EQ(at("").value, text.rfind("\"options\""));
  EXPECT_EQ(at("nonsense").value, text.rfind("\"options\""));
  EXPECT_EQ(at("/gone").value, text.find("\"gone\": true"));
  EXPECT_FALSE(document->locate_option({}, "/image").known());
}

}  // namespace
}  // namespace dream::config
