#include "plugin/elf_check.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
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

Error not_a_plugin(const std::filesystem::path& path, std::string message, std::string hint = {}) {
  return {ErrorCode::plugin, std::move(message), path.string(), std::move(hint)};
}

/// The size of a regular file, or why it isn't one.
Result<std::uint64_t> regular_file_size(const FoundFile& file, const std::filesystem::path& name) {
  if (S_ISDIR(file.status.st_mode)) return not_a_plugin(name, "is a folder, not a shared library");
  if (!S_ISREG(file.status.st_mode)) return not_a_plugin(name, "is not a regular file");
  const auto size = static_cast<std::uint64_t>(file.status.st_size);
  if (size <= max_plugin_size) return size;
  return not_a_plugin(name, fmt::format("is larger than {} MiB", max_plugin_size >> 20U),
                      "strip it (strip -g)");
}

template <class Value>
bool read_at(const Descriptor& file, std::uint64_t offset, Value* values, std::size_t count = 1) {
  auto* bytes = reinterpret_cast<char*>(values);
  std::size_t left = count * sizeof(Value);
  while (left > 0) {
    const ssize_t got = ::pread(file.get(), bytes, left, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    bytes += got;
    offset += static_cast<std::uint64_t>(got);
    left -= static_cast<std::size_t>(got);
  }
  return true;
}

/// What is wrong with the identification, type or machine, if anything.
std::optional<Error> header_problem(const std::filesystem::path& path, const Elf64_Ehdr& header) {
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    return not_a_plugin(path, "is not a shared library: it doesn't begin like an ELF file");
  }
  const std::string rebuild =
      fmt::format("get or build the plugin for this machine, {}", machine_name(own_machine));
  if (header.e_ident[EI_CLASS] != ELFCLASS64) {
    return not_a_plugin(path, "is a 32-bit library, and dream is a 64-bit program", rebuild);
  }
  if (header.e_ident[EI_DATA] != own_byte_order) {
    return not_a_plugin(path, "is built for a machine with the other byte order", rebuild);
  }
  if (header.e_machine != own_machine) {
    return not_a_plugin(path,
                        fmt::format("is built for {}, and this machine is {}", machine_name(header.e_machine),
                                    machine_name(own_machine)),
                        rebuild);
  }
  if (header.e_type != ET_DYN) {
    return not_a_plugin(path, "is an ELF file, but not a shared library", "link the plugin with -shared");
  }
  return std::nullopt;
}

using Segments = std::vector<Elf64_Phdr>;

/// None: the file ends within the headers.
std::optional<Segments> segments_of(const Descriptor& file, const Elf64_Ehdr& header) {
  if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > segments_max) return std::nullopt;
  Segments segments(header.e_phnum);
  if (!read_at(file, header.e_phoff, segments.data(), segments.size())) return std::nullopt;
  return segments;
}

/// Where a part of a file ends, or the greatest number for one that no file can have.
std::uint64_t end_of(std::uint64_t offset, std::uint64_t size) {
  constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();
  return size > greatest - offset ? greatest : offset + size;
}

/// How long the file has to be for everything that its headers point to.
std::uint64_t promised_size(const Elf64_Ehdr& header, const Segments& segments) {
  std::uint64_t end = end_of(header.e_shoff, std::uint64_t{header.e_shentsize} * header.e_shnum);
  for (const Elf64_Phdr& segment : segments) {
    if (segment.p_type == PT_LOAD) end = std::max(end, end_of(segment.p_offset, segment.p_filesz));
  }
  return end;
}

}  // namespace

Result<void> check_shared_library(const FoundFile& file, const std::filesystem::path& name) {
  const auto size = regular_file_size(file, name);
  if (!size) return size.error();
  const Descriptor bytes = open_for_reading(file);
  if (!bytes.is_open()) {
    const Unread unread = dream::unread(errno);
    return not_a_plugin(name, "can't be read: " + unread.why, unread.remedy);
  }
  Elf64_Ehdr header{};
  if (*size < sizeof(header) || !read_at(bytes, 0, &header)) {
    return not_a_plugin(name, fmt::format("is not a shared library: it has only {} bytes", *size));
  }
  if (auto problem = header_problem(name, header)) return *std::move(problem);

  const std::string again = "copy or build it again";
  const auto segments = segments_of(bytes, header);
  if (!segments) return not_a_plugin(name, "is damaged: its ELF headers are incomplete", again);
  const std::uint64_t promised = promised_size(header, *segments);
  if (promised > *size) {
    return not_a_plugin(name, fmt::format("is truncated: {} bytes of {} are there", *size, promised), again);
  }
  return {};
}

Result<void> check_shared_library(const std::filesystem::path& path) {
  const auto found = find_file(path);
  if (!found) return not_a_plugin(path, found.error().message, found.error().hint);
  if (!*found) return not_a_plugin(path, "there is no such file");
  return check_shared_library(**found, path);
}

bool has_search_path(const FoundFile& library) {
  constexpr std::uint64_t entries_max = 4096;
  const Descriptor file = open_for_reading(library);
  Elf64_Ehdr header{};
  if (!file.is_open() || !read_at(file, 0, &header)) return false;
  for (const Elf64_Phdr& segment : segments_of(file, header).value_or(Segments())) {
    if (segment.p_type != PT_DYNAMIC) continue;
    std::vector<Elf64_Dyn> entries(std::min(segment.p_filesz / sizeof(Elf64_Dyn), entries_max));
    if (!read_at(file, segment.p_offset, entries.data(), entries.size())) return false;
    return std::ranges::any_of(
        entries, [](const Elf64_Dyn& entry) { return entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH; });
  }
  return false;
}

}  // namespace dream::plugin
