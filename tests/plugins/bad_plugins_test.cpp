#include <elf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

#include "plugin/registry.hpp"
#include "support/temporary_folder.hpp"
#include "unit/plugin/fake_services.hpp"

namespace dream::plugin {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  return bytes.str();
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// All that a user is told when this plugin is loaded, runs a task to its end, and is put away.
std::string transcript(const std::filesystem::path& folder, const std::string& id) {
  FakeServices services;
  RecordingObserver observer;
  std::ostringstream told;
  {
    SearchPath search;
    search.root = folder;
    search.trust.everything = true;
    search.configured[id] = "libdream_" + id + ".so";
    Registry registry(search, services);
    const auto executor = registry.executor_for({id, "./web", "/w/web", "{}", "{}"});
    if (!executor) {
      told << "not loaded\n  " << to_string(executor.error()) << '\n';
    } else {
      const auto run = (*executor)->start(task_called("dev"), observer);
      if (!run) told << "not started\n  " << to_string(run.error()) << '\n';
      services.run_posted();
    }
    services.run_posted();
  }
  if (!observer.events.empty()) told << "run\n";
  for (const std::string& event : observer.events) told << "  " << event << '\n';
  if (!services.log_.lines.empty()) told << "log\n";
  for (const std::string& line : services.log_.lines) told << "  " << line << '\n';
  for (const auto& [where, bytes] : services.output) told << "output\n  " << bytes;

  // The same on every machine and in every build.
  std::string text = told.str();
  replace_all(text, folder.string(), "<plugins>");
  for (const char* machine : {"x86-64", "aarch64", "RISC-V"}) {
    replace_all(text, std::string("machine is ") + machine, "machine is <its architecture>");
    replace_all(text, std::string("machine, ") + machine, "machine, <its architecture>");
  }
  return text;
}

void expect_golden(const std::string& name, const std::string& text) {
  const auto golden = std::filesystem::path(DREAM_GOLDEN) / (name + ".txt");
  if (std::getenv("DREAM_UPDATE_GOLDEN") != nullptr) std::ofstream(golden, std::ios::binary) << text;
  EXPECT_EQ(text, read(golden)) << "to accept it, run with DREAM_UPDATE_GOLDEN=1";
}

class BadPlugin : public testing::TestWithParam<const char*> {};

TEST_P(BadPlugin, is_told_in_words_and_does_no_harm) {
  expect_golden(GetParam(), transcript(DREAM_TEST_PLUGINS, std::string("bad_") + GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Each, BadPlugin,
                         testing::Values("no_symbol", "newer_major", "older_major", "refuses",
                                         "refuses_silently", "short_table", "missing_function",
                                         "unresolved_symbol", "exits_twice", "reports_after_release",
                                         "starts_twice", "no_run", "fails_silently", "unknown_status",
                                         "late_output", "throws", "throws_at_once"),
                         [](const auto& parameter) { return std::string(parameter.param); });

TEST(BadPluginFile, that_is_missing_is_told_in_words) {
  expect_golden("missing_file", transcript(DREAM_TEST_PLUGINS, "bad_missing_file"));
}

TEST(BadPluginFile, that_is_not_a_library_is_told_in_words) {
  const TemporaryFolder folder;
  folder.write("libdream_bad_text.so",
               "#!/bin/sh\necho this is a script, and no library at all, whatever its name is\n");
  expect_golden("not_a_library", transcript(folder.path(), "bad_text"));
}

TEST(BadPluginFile, for_another_architecture_is_told_in_words) {
  const TemporaryFolder folder;
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_DYN;
#if defined(__aarch64__)
  header.e_machine = EM_S390;
#else
  header.e_machine = EM_AARCH64;
#endif
  folder.write("libdream_bad_foreign.so",
               std::string(reinterpret_cast<const char*>(&header), sizeof(header)));
  expect_golden("other_architecture", transcript(folder.path(), "bad_foreign"));
}

TEST(BadPluginFile, that_was_cut_off_is_told_in_words) {
  const TemporaryFolder folder;
  const std::string whole = read(std::filesystem::path(DREAM_TEST_PLUGINS) / "libdream_plain_c.so");
  folder.write("libdream_bad_truncated.so", whole.substr(0, whole.size() / 2));
  std::string told = transcript(folder.path(), "bad_truncated");
  replace_all(told, std::to_string(whole.size() / 2), "HALF");
  replace_all(told, std::to_string(whole.size()), "ALL");
  expect_golden("truncated", told);
}

}  // namespace
}  // namespace dream::plugin
