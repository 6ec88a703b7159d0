#include <dlfcn.h>
#include <fmt/format.h>

#include <boost/dll/library_info.hpp>
#include <cstring>
#include <exception>
#include <string>

#include "base/text.hpp"
#include "conformance/call_trail.hpp"
#include "conformance/scenarios.hpp"
#include "plugin/c_values.hpp"
#include "plugin/calls.hpp"
#include "plugin/elf_check.hpp"

namespace dream::conformance {

namespace {

Result<void*> open(const std::filesystem::path& file) {
  if (auto fit = plugin::check_shared_library(file); !fit) return fit.error();
  const Calling here("a constructor of the library");
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  const char* words = ::dlerror();
  return Error{ErrorCode::plugin, printable(words == nullptr ? "it can't be loaded" : words), {}, {}};
}

/// What an entry function answers to one host.
struct Answer {
  const dream_plugin* table = nullptr;
  std::string reason;  ///< of a refusal
  bool threw = false;
};

Answer shake_hands(Entry entry, std::uint32_t minor = DREAM_ABI_MINOR, std::uint32_t extra_size = 0) {
  struct {
    dream_handshake known;
    unsigned char more[64];
  } handshake{};
  testing::FakeErrors errors;
  std::memset(handshake.more, 0xA5, sizeof(handshake.more));
  handshake.known = {static_cast<std::uint32_t>(sizeof(dream_handshake)) + extra_size, DREAM_ABI_MAJOR, minor,
                     DREAM_STR("999.0.0"), errors.table()};
  Answer answer;
  const Calling here(DREAM_ENTRY);
  try {
    answer.table = plugin::may_throw(entry)(&handshake.known);
  } catch (...) {
    answer.threw = true;
  }
  answer.reason = errors.message;
  return answer;
}

}  // namespace

Result<Entry> load_entry(const std::filesystem::path& file) {
  const Result<void*> library = open(file);
  if (!library) return library.error();
  void* entry = ::dlsym(*library, DREAM_ENTRY);
  if (entry != nullptr) return reinterpret_cast<Entry>(entry);
  return Error{ErrorCode::plugin, fmt::format("it doesn't export \"{}\"", DREAM_ENTRY), {}, {}};
}

bool load_table(const Subject& subject, Findings& findings, dream_plugin& table) {
  const Result<Entry> entry = load_entry(subject.file);
  const Answer answer = entry ? shake_hands(*entry) : Answer{};
  if (answer.table != nullptr) {
    table = plugin::copy_of(answer.table);
    return true;
  }
  findings.skipped = "it gives no table";
  return false;
}

Scene::Scene(const Subject& subject, Findings& findings) {
  dream_plugin table{};
  if (!load_table(subject, findings, table)) return;
  auto made = std::make_unique<Stage>(subject, table, findings);
  if (made->create()) {
    stage = std::move(made);
  } else {
    findings.skipped = "no executor could be made: " + made->failure();
  }
}

void look_at_file(const Subject& subject, Findings& findings) {
  if (auto fit = plugin::check_shared_library(subject.file); !fit) {
    findings.add(Fault::no_library, fit.error().message);
  }
}

void load_file(const Subject& subject, Findings& findings) {
  if (const auto library = open(subject.file); !library) {
    findings.add(Fault::unresolved_symbol, library.error().message);
  }
}

void find_entry(const Subject& subject, Findings& findings) {
  if (const auto entry = load_entry(subject.file); !entry) {
    findings.add(Fault::no_entry, entry.error().message);
  }
}

void list_exports(const Subject& subject, Findings& findings) {
  try {
    boost::dll::library_info library(subject.file.string());
    for (const std::string& symbol : library.symbols()) {
      const bool of_the_linker = symbol == "_init" || symbol == "_fini" ||
                                 symbol.starts_with("__bss_start") || symbol.starts_with("_e");
      if (of_the_linker || symbol.starts_with("dream_plugin_v")) continue;
      findings.add(Fault::more_exports, fmt::format("it exports \"{}\", too", printable(symbol)));
      return;
    }
  } catch (const std::exception& failure) {
    findings.skipped = printable(failure.what());
  }
}

void enter_once(const Subject& subject, Findings& findings) {
  const Result<Entry> entry = load_entry(subject.file);
  if (!entry) return;
  const Answer answer = shake_hands(*entry);
  if (answer.threw) findings.add(Fault::entry_throws, "it throws an exception");
  if (answer.threw || answer.table != nullptr) return;
  if (answer.reason.empty()) {
    findings.add(Fault::silent_refusal, "it gives no table, and no reason");
    findings.skipped = "it gives no table";
  } else {
    findings.add(Fault::refusal, "it refuses to work: " + printable(answer.reason));
  }
}

void enter_twice(const Subject& subject, Findings& findings) {
  const Result<Entry> entry = load_entry(subject.file);
  if (!entry) return;
  if (shake_hands(*entry).table != shake_hands(*entry).table) {
    findings.add(Fault::other_table, "a second handshake gives another table");
  }
}

void enter_as_newer_host(const Subject& subject, Findings& findings) {
  const Result<Entry> entry = load_entry(subject.file);
  if (!entry) return;
  const Answer answer = shake_hands(*entry, DREAM_ABI_MINOR + 7, 32);
  if (answer.table != nullptr) return;
  findings.add(Fault::newer_refused,
               "it refuses a later host of the same major version: " + printable(answer.reason));
}

}  // namespace dream::conformance
