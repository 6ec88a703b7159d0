#include "base/executable.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.hpp"

namespace dream {
namespace {

namespace fs = std::filesystem;

class Executable : public testing::Test {
 protected:
  Executable() {
    for (const char* name : {"one", "two", "three"}) fs::create_directory(folder_ / name);
  }

  std::string add(const std::string& path, mode_t mode) {
    std::ofstream(folder_ / path) << "#!/bin/sh\n";
    ::chmod((folder_ / path).c_str(), mode);
    return folder_ / path;
  }
  [[nodiscard]] std::string in(const std::string& path) const { return folder_ / path; }
  /// The path that was found; empty when none was.
  [[nodiscard]] std::string find(const std::string& name, const std::string& path) const {
    const auto found = find_executable(name, folder_, {"OTHER=/", "PATH=" + path});
    return found.has_value() ? found->path : "";
  }
  /// What exec is told.
  [[nodiscard]] std::string written(const std::string& name, const std::string& path) const {
    const auto found = find_executable(name, folder_, {"PATH=" + path});
    return found.has_value() ? found->written : "";
  }
  [[nodiscard]] Error failure(const std::string& name, const std::string& path) const {
    const auto found = find_executable(name, folder_, {"OTHER=/", "PATH=" + path});
    EXPECT_FALSE(found.has_value());
    return found.has_value() ? Error{} : found.error();
  }

  TemporaryFolder temporary_;
  fs::path folder_ = temporary_.path();
};

TEST_F(Executable, is_the_first_of_its_name_in_the_path) {
  add("two/program", 0755);
  add("three/program", 0755);
  const std::string path = in("one") + ":" + in("two") + ":" + in("three");
  EXPECT_EQ(find("program", path), in("two/program"));
}

TEST_F(Executable, is_not_what_cannot_be_executed_when_there_is_another) {
  add("one/program", 0644);
  fs::create_directory(folder_ / "two/program");
  const std::string path = in("one") + ":" + in("two") + ":" + in("three");
  EXPECT_EQ(failure("program", path).code, ErrorCode::not_executable);
  add("three/program", 0755);
  EXPECT_EQ(find("program", path), in("three/program"));
}

TEST_F(Executable, with_a_slash_is_relative_to_the_working_folder_and_not_looked_up) {
  add("one/program", 0755);
  EXPECT_EQ(find("one/program", in("two")), in("one/program"));
  EXPECT_EQ(find("./one/program", in("two")), in("./one/program"));
  EXPECT_EQ(find(in("one/program"), ""), in("one/program"));
  EXPECT_EQ(failure("./program", in("one")).code, ErrorCode::not_found);
}

TEST_F(Executable, may_be_in_a_relative_or_empty_entry_of_the_path) {
  add("program", 0755);
  add("one/other", 0755);
  for (const std::string path : {":/nowhere", "/nowhere:", "/nowhere::/nowhere2", "."}) {
    EXPECT_TRUE(fs::equivalent(find("program", path), in("program"))) << path;
  }
  EXPECT_TRUE(fs::equivalent(find("other", "/nowhere:one"), in("one/other")));
}

TEST_F(Executable, is_told_as_it_is_written) {
  add("program", 0755);
  add("one/program", 0755);
  fs::create_directory(folder_ / "-d");
  add("-d/program", 0755);
  EXPECT_EQ(written("program", "one"), "one/program");
  EXPECT_EQ(written("program", "one/../."), "one/.././program");
  EXPECT_EQ(written("program", "."), "./program");
  EXPECT_EQ(written("program", ":/nowhere"), "program");
  EXPECT_EQ(written("program", in("one")), in("one/program"));
  EXPECT_EQ(written("./one/program", in("two")), "./one/program");
  EXPECT_EQ(written(in("program"), ""), in("program"));
  EXPECT_EQ(written("program", "-d"), in("-d/program")) << "sh would take it for options";
  EXPECT_EQ(written("-d/program", ""), in("-d/program"));
}

TEST_F(Executable, is_looked_for_in_the_system_when_there_is_no_path) {
  EXPECT_TRUE(find_executable("sh", folder_, {}).has_value());
  EXPECT_EQ(failure("sh", in("one")).code, ErrorCode::not_found);
}

TEST_F(Executable, that_is_missing_is_named) {
  const Error error = failure("no-such", in("one"));
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_NE(error.message.find("\"no-such\""), std::string::npos);
  EXPECT_EQ(failure("", in("one")).code, ErrorCode::not_found);
}

TEST_F(Executable, that_is_a_link_to_itself_is_missing_for_that) {
  fs::create_symlink("round", folder_ / "round");
  const Error error = failure("./round", "");
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, "no such program: Too many levels of symbolic links");
  EXPECT_EQ(failure("./none", "").message, "no such program");
  EXPECT_EQ(failure("round", ".").code, ErrorCode::not_found);
}

TEST_F(Executable, is_a_text_by_its_first_line) {
  const auto is_text_of = [&](std::string_view content) {
    std::ofstream(folder_ / "file", std::ios::binary) << content;
    return is_text(in("file"));
  };
  using namespace std::string_view_literals;
  EXPECT_TRUE(is_text_of("echo hello"));
  EXPECT_TRUE(is_text_of(""));
  EXPECT_TRUE(is_text_of("echo unpacking; exit\n\0\1\2payload"sv));
  EXPECT_FALSE(is_text_of("echo\0hello\n"sv));
  EXPECT_FALSE(
      is_text_of("\x7f"
                 "ELF\2\1\1\0\n"sv));
  EXPECT_FALSE(is_text(in("no-such")));
}

TEST_F(Executable, that_lacks_only_permission_comes_with_the_command_that_gives_it) {
  const std::string program = add("program", 0644);
  const Error error = failure("./program", "");
  EXPECT_EQ(error.code, ErrorCode::not_executable);
  EXPECT_NE(error.hint.find("chmod +x"), std::string::npos);
  EXPECT_NE(failure("./one", "").message.find("folder"), std::string::npos);
}

TEST_F(Executable, runs_only_in_a_folder) {
  EXPECT_TRUE(check_directory(folder_).has_value());
  EXPECT_EQ(check_directory(in("no-such")).error().code, ErrorCode::not_found);
  EXPECT_EQ(check_directory(add("file", 0755)).error().code, ErrorCode::not_found);
}

TEST_F(Executable, that_another_tool_has_installed_comes_with_how_to_run_it) {
  fs::create_directories(folder_ / "node_modules/.bin");
  fs::create_directories(folder_ / ".venv/bin");
  add("node_modules/.bin/vite", 0755);
  add(".venv/bin/uvicorn", 0755);
  const auto hint = [&](const std::string& name, const std::string& from) {
    return find_executable(name, folder_ / from, {"PATH=/nowhere"}).error().hint;
  };
  EXPECT_NE(hint("vite", "one").find("node_modules/.bin: begin with \"npx\""), std::string::npos);
  EXPECT_NE(hint("uvicorn", "").find("write \".venv/bin/uvicorn\""), std::string::npos);
  EXPECT_NE(hint("uvicorn", "one").find("write \"../.venv/bin/uvicorn\""), std::string::npos);
  std::ofstream(folder_ / "one/dream.json") << "{}";
  EXPECT_EQ(hint("vite", "one"), "install it, or give its path") << "that one lies outside of the workspace";
}

}  // namespace
}  // namespace dream
