#include "plugin/elf_check.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace dream::plugin {

namespace {

#if defined(__x86_64__)
constexpr std::uint16_t own_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t own_machine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t own_machine = EM_RISCV;
#else
#error "tell elf_check.cpp the ELF machine of this architecture"
#endif

constexpr unsigned char own_byte_order =
    std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;

// No plugin has more segments; a count above it is a damaged header.
constexpr std::uint16_t segments_max = 256;

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_AARCH64:
      return "aarch64";
    case EM_RISCV:
      return "RISC-V";
    case EM_386:
      return "32-bit x86";
    case EM_ARM:
      return "32-bit ARM";
    default:
      return fmt::format("ELF machine {}", machine);
  }
}

Error refused(const std::filesystem::path& path, std::string message, std::string hint = {}) {
  return {ErrorCode::plugin, std::move(message), path.string(), std::move(hint)};
}

/// The size of a regular file, or why it isn't one.
Result<std::uint64_t> regular_file_size(const std::filesystem::path& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) return refused(path, "there is no such file");
  if (failure) return refused(path, "can't be looked at: " + failure.message());
  if (std::filesystem::is_directory(status)) return refused(path, "is a folder, not a shared library");
  if (!std::filesystem::is_regular_file(status)) return refused(path, "is not a regular file");
  const std::uint64_t size = std::filesystem::file_size(path, failure);
  if (failure) return refused(path, "can't be looked at: " + failure.message());
  return size;
}

template <class Value>
bool read_at(std::ifstream& file, std::uint64_t offset, Value* values, std::size_t count = 1) {
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(Value)));
  return file.good();
}

/// What is wrong with the identification, type or machine, if anything.
std::optional<Error> header_problem(const std::filesystem::path& path, const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return refused(path, "is not a shared library: it doesn't begin like an ELF file");
  }
  const std::string rebuild =
      fmt::format("get or build the plugin for this machine, {}", machine_name(own_machine));
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    return refused(path, "is a 32-bit library, and dream is a 64-bit program", rebuild);
  }
  if (header.e_ident[EI_DATA] != own_byte_order) {
    return refused(path, "is built for a machine with the other byte order", rebuild);
  }
  if (header.e_machine != own_machine) {
    return refused(path,
                   fmt::format("is built for {}, and this machine is {}", machine_name(header.e_machine),
                               machine_name(own_machine)),
                   rebuild);
  }
  if (header.e_type != ET_DYN) {
    return refused(path, "is an ELF file, but not a shared library", "link the plugin with -shared");
  }
  return std::nullopt;
}

/// How long the file has to be for everything that its headers point to; none: it ends within the headers.
std::optional<std::uint64_t> promised_size(std::ifstream& file, const Elf64_Ehdr& header) {
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > segments_max) return std::nullopt;
  std::uint64_t end = header.e_shoff + std::uint64_t{header.e_shentsize} * header.e_shnum;
  std::vector<Elf64_Phdr> segments(header.e_phnum);
  if (!read_at(file, header.e_phoff, segments.data(), segments.size())) return std::nullopt;
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD) end = std::max(end, segment.p_offset + segment.p_filesz);
  }
  return end;
}

}  // namespace

Result<void> check_shared_library(const std::filesystem::path& path) {
  const auto size = regular_file_size(path);
  if (!size) return size.error();

  std::ifstream file(path, std::ios::binary);
  if (!file) return refused(path, "can't be read", "check its permissions");
  Elf64_Ehdr header{};
  if (*size < sizeof(header) || !read_at(file, 0, &header)) {
    return refused(path, fmt::format("is not a shared library: it has only {} bytes", *size));
  }
  if (auto problem = header_problem(path, header)) return *std::move(problem);

  const std::string again = "copy or build it again";
  const auto promised = promised_size(file, header);
  if (!promised) return refused(path, "is damaged: its ELF headers are incomplete", again);
  if (*promised > *size) {
    return refused(path, fmt::format("is truncated: {} bytes of {} are there", *size, *promised), again);
  }
  return {};
}

}  // namespace dream::plugin
