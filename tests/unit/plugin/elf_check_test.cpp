#include "plugin/elf_check.hpp"

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "support/temporary_folder.hpp"

namespace dream::plugin {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct ElfCheck : testing::Test {
  ElfCheck() {
    std::ifstream file(std::filesystem::path(DREAM_TEST_PLUGINS) / "libdream_shell.so", std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(file), {});
  }

  /// The message about a file with these bytes; "ok" when there is none.
  [[nodiscard]] std::string verdict(const std::string& bytes) const {
    const auto path = folder.write("plugin.so", bytes);
    const auto checked = check_shared_library(path);
    if (checked) return "ok";
    EXPECT_EQ(checked.error().code, ErrorCode::plugin);
    EXPECT_EQ(checked.error().where, path.string());
    return checked.error().message;
  }

  template <class Change>
  [[nodiscard]] std::string with_header(Change change) const {
    Elf64_Ehdr header;
    std::memcpy(&header, good.data(), sizeof(header));
    change(header);
    std::string bytes = good;
    std::memcpy(bytes.data(), &header, sizeof(header));
    return verdict(bytes);
  }

  TemporaryFolder folder;
  std::string good;
};

TEST_F(ElfCheck, accepts_a_plugin) {
  EXPECT_EQ(verdict(good), "ok");
}

TEST_F(ElfCheck, refuses_what_is_no_shared_library) {
  EXPECT_EQ(check_shared_library(folder.path() / "nope.so").error().message, "there is no such file");
  EXPECT_EQ(check_shared_library(folder.path()).error().message, "is a folder, not a shared library");
  EXPECT_EQ(check_shared_library("/dev/null").error().message, "is not a regular file");
  EXPECT_EQ(verdict(""), "is not a shared library: it has only 0 bytes");
  EXPECT_EQ(verdict(std::string(63, 'x')), "is not a shared library: it has only 63 bytes");
  EXPECT_EQ(verdict("#!/bin/sh\n" + std::string(64, '#')),
            "is not a shared library: it doesn't begin like an ELF file");
  EXPECT_EQ(with_header([](auto& header) { header.e_type = ET_REL; }),
            "is an ELF file, but not a shared library");
}

TEST_F(ElfCheck, refuses_other_machines_by_name) {
  EXPECT_THAT(with_header([](auto& header) { header.e_machine = EM_S390; }),
              StartsWith("is built for ELF machine 22, and this machine is "));
  EXPECT_EQ(with_header([](auto& header) { header.e_ident[EI_CLASS] = ELFCLASS32; }),
            "is a 32-bit library, and dream is a 64-bit program");
  EXPECT_EQ(with_header([](auto& header) { header.e_ident[EI_DATA] ^= 3; }),
            "is built for a machine with the other byte order");
}

TEST_F(ElfCheck, refuses_a_file_that_ends_too_early_wherever_it_was_cut) {
  EXPECT_THAT(verdict(good.substr(0, good.size() - 1)), HasSubstr("is truncated"));
  EXPECT_THAT(verdict(good.substr(0, good.size() / 2)), HasSubstr("is truncated"));
  EXPECT_EQ(verdict(good.substr(0, sizeof(Elf64_Ehdr) + 8)), "is damaged: its ELF headers are incomplete");
}

TEST_F(ElfCheck, refuses_parts_that_end_beyond_every_file) {
  constexpr auto far_away = static_cast<Elf64_Off>(-16);
  EXPECT_THAT(with_header([](auto& header) { header.e_shoff = far_away; }), HasSubstr("is truncated"));
  Elf64_Ehdr header;
  std::memcpy(&header, good.data(), sizeof(header));
  std::string bytes = good;
  for (unsigned at = 0; at < header.e_phnum; ++at) {
    Elf64_Phdr segment;
    char* place = bytes.data() + header.e_phoff + at * sizeof(segment);
    std::memcpy(&segment, place, sizeof(segment));
    if (segment.p_type != PT_LOAD) continue;
    segment.p_offset = far_away;
    std::memcpy(place, &segment, sizeof(segment));
  }
  EXPECT_THAT(verdict(bytes), HasSubstr("is truncated"));
}

TEST_F(ElfCheck, refuses_a_file_that_is_too_large_to_hash) {
  const auto path = folder.write("plugin.so", good);
  std::filesystem::resize_file(path, max_plugin_size + 1);
  EXPECT_EQ(check_shared_library(path).error().message, "is larger than 256 MiB");
  std::filesystem::resize_file(path, max_plugin_size);
  EXPECT_TRUE(check_shared_library(path));
}

TEST_F(ElfCheck, sees_missing_segments_of_a_file_without_section_headers) {
  Elf64_Ehdr header;
  std::memcpy(&header, good.data(), sizeof(header));
  header.e_shoff = 0;
  header.e_shnum = 0;
  std::string bytes = good.substr(0, 4096);
  std::memcpy(bytes.data(), &header, sizeof(header));
  EXPECT_THAT(verdict(bytes), HasSubstr("is truncated"));
}

}  // namespace
}  // namespace dream::plugin
