#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "cli/command_line/parse.hpp"
#include "config/load.hpp"
#include "docs/markdown.hpp"
#include "engine/engine.hpp"
#include "support/force_limit.hpp"

/// What every document shows can be typed, written and followed.
namespace dream::docs {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string place(const Document& document, std::size_t line) {
  return fs::relative(document.path, DREAM_SOURCE_DIR).string() + ":" + std::to_string(line);
}

bool has_any(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const char* word) { return text.find(word) != std::string::npos; });
}

/// JSON that is a dream.json, or (without braces around it) the members of one.
std::optional<std::string> configuration_in(const Block& block) {
  if (block.language != "json" && block.language != "jsonc") return std::nullopt;
  if (!has_any(block.text, {"\"projects\"", "\"workspace\"", "\"executors\""})) return std::nullopt;
  const std::size_t first = block.text.find_first_not_of(" \n");
  return block.text.at(first) == '{' || block.text.substr(first, 2) == "//" ? block.text
                                                                            : "{" + block.text + "}";
}

/// The executors that come with dream, and those that the document's own text tells how to install.
std::vector<std::string> executors_in(const Document& document) {
  std::vector<std::string> executors{"shell", "npm", "deno", "docker", "ssh", "slurm", "kubernetes"};
  static const std::regex made(R"(dream plugin new (?:--\S+ )*(\w+))");
  for (std::sregex_iterator at(document.text.begin(), document.text.end(), made), end; at != end; ++at)
    executors.push_back((*at)[1]);
  return executors;
}

TEST(Documents, tell_plugins_when_a_forced_run_is_given_up) {
  EXPECT_EQ(force_limit_in(DREAM_SOURCE_DIR "/plugin_api/include/dream/abi.h"), engine::Limits{}.unkillable);
}

TEST(Documents, show_no_dream_json_with_a_problem) {
  int shown = 0;
  for (const Document& document : all_documents()) {
    for (const Block& block : document.blocks) {
      const auto text = configuration_in(block);
      if (!text) continue;
      const config::LoadResult result =
          config::interpret(config::Document::parse("dream.json", *text), executors_in(document));
      for (const config::Problem& problem : result.problems) {
        ADD_FAILURE() << place(document, block.line) << ": "
                      << config::render_text(result.document->source(), problem);
      }
      ++shown;
    }
  }
  EXPECT_GE(shown, 15);
}

/// The words of a command line up to what a shell would do with its output, when its program is dream.
std::vector<std::string> words_of(std::string line) {
  if (line.starts_with("$ ")) line.erase(0, 2);
  line = line.substr(0, line.find("  #"));
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word && word.find_first_of("|>&;") == std::string::npos;) {
    const bool variable = words.empty() && word.find('=') != std::string::npos;
    if (!variable) words.push_back(word);
  }
  if (words.empty()) return {};
  const std::string program = words.front().substr(words.front().rfind('/') + 1);
  return program == "dream" ? words : std::vector<std::string>{};
}

bool is_shell(const Block& block, const std::string& line) {
  if (block.language == "sh" || block.language == "console") return true;
  return (block.language.empty() || block.language == "timing") && line.starts_with("$ ");
}

TEST(Documents, show_no_command_line_that_dream_refuses) {
  int shown = 0;
  for (const Document& document : all_documents()) {
    for (const Block& block : document.blocks) {
      std::istringstream lines(block.text);
      for (std::string line; std::getline(lines, line);) {
        const std::vector<std::string> words = is_shell(block, line) ? words_of(line) : words_of("");
        if (words.empty()) continue;
        std::vector<const char*> arguments;
        arguments.reserve(words.size());
        for (const std::string& word : words) arguments.push_back(word.c_str());
        const auto parsed = cli::parse_command_line(static_cast<int>(arguments.size()), arguments.data());
        EXPECT_TRUE(parsed.has_value())
            << place(document, block.line) << ": " << line << ": " << parsed.error().message;
        ++shown;
      }
    }
  }
  EXPECT_GE(shown, 30);
}

TEST(Documents, have_no_link_that_leads_nowhere) {
  std::map<fs::path, Document> documents;
  for (Document& document : all_documents()) {
    const fs::path path = fs::weakly_canonical(document.path);
    documents.emplace(path, std::move(document));
  }
  int links = 0;
  for (const auto& [path, document] : documents) {
    for (const Link& link : document.links) {
      if (link.target.find("://") != std::string::npos) continue;
      ++links;
      const std::size_t hash = std::min(link.target.find('#'), link.target.size());
      const std::string file = link.target.substr(0, hash);
      const fs::path target = file.empty() ? path : fs::weakly_canonical(path.parent_path() / file);
      EXPECT_TRUE(fs::exists(target)) << place(document, link.line) << ": " << link.target;
      if (hash == link.target.size()) continue;
      const auto found = documents.find(target);
      ASSERT_NE(found, documents.end()) << place(document, link.line) << ": " << link.target;
      EXPECT_THAT(found->second.anchors, ::testing::Contains(link.target.substr(hash + 1)))
          << place(document, link.line);
    }
  }
  EXPECT_GE(links, 40);
}

/// The names of the properties of a schema and those within it.
void collect_keys(const rapidjson::Value& schema, std::set<std::string>& keys) {
  if (schema.IsArray()) {
    for (const auto& one : schema.GetArray()) collect_keys(one, keys);
  } else if (schema.IsObject()) {
    for (const auto& member : schema.GetObject()) {
      collect_keys(member.value, keys);
      if (std::string_view(member.name.GetString()) != "properties") continue;
      for (const auto& property : member.value.GetObject()) keys.insert(property.name.GetString());
    }
  }
}

TEST(Documents, have_every_key_of_the_schema_in_the_reference) {
  std::ostringstream text, reference;
  text << std::ifstream(DREAM_SOURCE_DIR "/packaging/dream.schema.json").rdbuf();
  reference << std::ifstream(DREAM_SOURCE_DIR "/docs/configuration.md").rdbuf();
  rapidjson::Document schema;
  ASSERT_FALSE(schema.Parse(text.str()).HasParseError());
  std::set<std::string> keys;
  collect_keys(schema, keys);
  EXPECT_GT(keys.size(), 20U);
  const std::string told = reference.str();
  for (const std::string& key : keys) {
    EXPECT_TRUE(has_any(told, {("`" + key + "`").c_str(), ("\"" + key + "\"").c_str(),
                               ("`" + key + ".").c_str(), ("." + key + "`").c_str()}))
        << key;
  }
}

TEST(Picture, is_small_without_scripts_and_has_a_text) {
  std::ostringstream stream;
  stream << std::ifstream(DREAM_SOURCE_DIR "/docs/picture/run.svg").rdbuf();
  const std::string picture = stream.str();
  EXPECT_TRUE(picture.starts_with("<svg "));
  EXPECT_LT(picture.size(), 60'000U);
  EXPECT_FALSE(has_any(picture, {"<script", "<image", "@import"}))
      << "GitHub shows no picture that loads or runs";
  for (const char* part : {"<title ", "<desc ", "prefers-reduced-motion"})
    EXPECT_TRUE(has_any(picture, {part})) << part;
}

TEST(Markdown, anchors_are_as_github_makes_them) {
  const Document document = parse_document(
      "a.md", "# 4.1 Signals to `dream`: why?\n## What is\n```\n# no heading\n```\n## What is\n");
  EXPECT_THAT(document.anchors, ElementsAre("41-signals-to-dream-why", "what-is", "what-is-1"));
}

TEST(Markdown, links_stand_outside_of_code) {
  const Document document =
      parse_document("a.md", "See [a](b.md#c) and [d](e) but `[x](y)`.\n```sh\n[x](y)\n```\n[last](f)\n");
  ASSERT_EQ(document.links.size(), 3U);
  EXPECT_EQ(document.links[0].target, "b.md#c");
  EXPECT_EQ(document.links[1].target, "e");
  EXPECT_EQ(document.links[2].target, "f");
  EXPECT_EQ(document.links[2].line, 5U);
  ASSERT_EQ(document.blocks.size(), 1U);
  EXPECT_EQ(document.blocks[0].language, "sh");
  EXPECT_EQ(document.blocks[0].text, "[x](y)\n");
}

TEST(CommandLines, are_found_behind_prompts_variables_and_paths) {
  EXPECT_THAT(words_of("$ FOO=bar build/bin/dream -C a dev | head"),
              ElementsAre("build/bin/dream", "-C", "a", "dev"));
  EXPECT_THAT(words_of("dreamer dev"), IsEmpty());
}

}  // namespace
}  // namespace dream::docs
