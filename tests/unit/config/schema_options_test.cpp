// What the schema says of the options of the executors that come with dream. The reader leaves them to the
// plugins.
#include <set>

#include "unit/config/schema_testing.hpp"

namespace dream::config {
namespace {

const std::vector<std::string> executors{"shell", "npm", "deno", "docker"};

std::set<std::string> keys_of(const Value& schema) {
  std::set<std::string> keys;
  for (const auto& property : schema["properties"].GetObject()) keys.insert(property.name.GetString());
  return keys;
}

class SchemaOptions : public testing::Test {
 protected:
  [[nodiscard]] bool accepts(const std::string& text) const {
    return judges_.accepts_options_of(parse(text));
  }
  Judges judges_;
};

TEST_F(SchemaOptions, are_those_of_each_plugins_own_schema) {
  for (const std::string& executor : executors) {
    const Dom own = parse(read_text(DREAM_PLUGIN_SOURCES "/" + executor + "/options.schema.json"));
    const Value* merged = Pointer("/definitions/" + executor + ".options").Get(judges_.rules());
    ASSERT_NE(merged, nullptr) << executor;
    EXPECT_EQ(keys_of(*merged), keys_of(own)) << executor;
    for (const auto& property : (*merged)["properties"].GetObject()) {
      EXPECT_TRUE(property.value.HasMember("description")) << executor << " " << property.name.GetString();
      EXPECT_TRUE(property.value.HasMember("default") || property.value.HasMember("examples"))
          << executor << " " << property.name.GetString();
    }
  }
}

TEST_F(SchemaOptions, belong_to_the_executor_that_is_named_nearest) {
  for (
      const char* text : {
          R"({"executors": {"docker": {"options": {"image": "a"}}, "shell": {"options": {"login": true}}}})",
          R"({"projects": {"./a": {"executor": "docker", "options": {"image": "a"}}}})",
          R"({"executor": "docker", "projects": {"./a": {"options": {"image": "a"}}}})",
          R"({"executor": "npm", "projects": {"./a": {"executor": "docker", "options": {"image": "a"}}}})",
          R"({"projects": {"./a": {"executor": "docker", "tasks": {"t": {"options": {"image": "a"}}}}}})",
          R"({"executor": "docker", "projects": {"./a": {"tasks": {"t": {"options": {"image": "a"}}}}}})",
          R"({"projects": {"./a": {"executor": "npm", "tasks": {"t": {"executor": "docker", "options": {"image": "a"}}}}}})",
          R"({"tasks": {"t": {"executor": "docker", "options": {"image": "a"}}}})",
      }) {
    EXPECT_TRUE(accepts(text)) << text;
    std::string misspelt = text;
    for (std::size_t at = misspelt.find("image"); at != std::string::npos; at = misspelt.find("image"))
      misspelt.replace(at, 5, "imgae");
    EXPECT_FALSE(accepts(misspelt)) << misspelt;
  }
}

TEST_F(SchemaOptions, are_not_refused_where_their_executor_is_not_known) {
  for (
      const char* text : {
          R"({"projects": {"./a": {"options": {"own": 1}, "tasks": {"t": {"options": {"own": 1}}}}}})",
          R"({"executor": "acme", "projects": {"./a": {"options": {"own": 1}}}, "executors": {"acme": {"plugin": "x"}}})",
          R"({"tasks": {"t": {"options": {"own": 1}}}})",
          R"({"tasks": {"t": {"executor": "docker"}},
               "projects": {"./a": {"executor": "npm", "tasks": {"t": {"options": {"image": "a"}}}}}})",
          R"({"executors": {"docker": {"plugin": "./own.so", "options": {"own": 1}}},
               "projects": {"./a": {"executor": "docker", "options": {"own": 1}}}})",
      })
    EXPECT_TRUE(accepts(text)) << text;
  EXPECT_FALSE(accepts(R"({"projects": {"./a": {"options": {"login": 5}}}})"))
      << "it is the shell's, or nobody's";
}

TEST_F(SchemaOptions, are_as_they_are_written_before_they_are_merged_and_expanded) {
  const auto docker = [&](const std::string& options) {
    return accepts(R"({"projects": {"./a": {"executor": "docker", "options": )" + options + "}}}");
  };
  EXPECT_TRUE(docker(
      R"({"image": null, "pull": null, "build": {"target": null}, "healthcheck": null, "init": null})"));
  EXPECT_TRUE(docker(R"({"pull": "${PULL:-always}", "hostname": "${HOST}"})"));
  EXPECT_TRUE(docker(R"({"ulimits": {"nofile": {"soft": 1}}})")) << "the other limit stands elsewhere";
  EXPECT_TRUE(docker(R"({"ports": ["80:80", 3000], "labels": {"a": "b"}, "command": ["a"]})"));
  EXPECT_FALSE(docker(R"({"pull": "often"})"));
  EXPECT_FALSE(docker(R"({"hostname": "-"})"));
  EXPECT_FALSE(docker(R"({"ports": [null]})")) << "an array is replaced as a whole";
  EXPECT_FALSE(docker(R"({"labels": {"a": 1}})"));
  EXPECT_FALSE(docker(R"({"build": {"targte": "x"}})"));
}

}  // namespace
}  // namespace dream::config
