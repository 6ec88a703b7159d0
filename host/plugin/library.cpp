#include "plugin/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>

#include <array>
#include <boost/dll/shared_library.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "base/crash_note.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "plugin/c_values.hpp"
#include "plugin/elf_check.hpp"
#include "plugin/error_sink.hpp"

namespace dream::plugin {

namespace {

using Entry = const dream_plugin*(const dream_handshake*);

// Majors that an entry symbol is searched for, to tell a plugin for another dream from something else.
constexpr unsigned major_searched_max = 16;

Error unusable(const std::filesystem::path& path, std::string message, std::string hint = {}) {
  return {ErrorCode::plugin, std::move(message), path.string(), std::move(hint)};
}

/// What the dynamic loader said; Boost wraps it in "… (dlerror system message: …): Bad file descriptor".
std::string loader_words(std::string_view what) {
  constexpr std::string_view opening = "dlerror system message: ";
  const auto begin = what.find(opening);
  const auto end = what.rfind("): ");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return std::string(what);
  return std::string(what.substr(begin + opening.size(), end - begin - opening.size()));
}

/// `name` is what the loader calls the file.
Error load_failure(const std::filesystem::path& path, const std::string& name, std::string_view what) {
  std::string words = loader_words(what);
  const std::string prefix = name + ": ";
  if (words.starts_with(prefix)) words.erase(0, prefix.size());
  if (words.starts_with("undefined symbol: ")) {
    return unusable(path,
                    fmt::format("can't be loaded: it needs \"{}\", which nothing provides", words.substr(18)),
                    "link the plugin with the library that it comes from");
  }
  if (words.find("cannot open shared object file") != std::string::npos) {
    return unusable(path, "can't be loaded: a library that it needs is missing: " + words,
                    "install that library, or link the plugin statically with it");
  }
  return unusable(path, "can't be loaded: " + words);
}

/// A library that stays. So does its file: the loader takes a name that it knows for the library that it
/// knows by it, and this one has the number of the descriptor in it.
struct Loaded {
  boost::dll::shared_library library;
  std::shared_ptr<const FoundFile> file;
};

/// What the loader is told. The descriptor leads to the file that was judged and hashed, even when another
/// one has come under its name. A library with a search path needs its own name, from which $ORIGIN is made;
/// those who could put another one in its place were judged, too.
std::string loader_name(const FoundFile& file) {
  if (has_search_path(file)) return file.path.string();
  return fmt::format("/proc/self/fd/{}", file.descriptor.get());
}

/// Debuggers, and libraries that look for files beside themselves (dladdr), are to see the file's own name.
void tell_name(const boost::dll::shared_library& library, const std::string& path) {
  link_map* entry = nullptr;
  if (::dlinfo(library.native(), RTLD_DI_LINKMAP, &entry) != 0 || entry->l_name == path) return;
  static auto& names = *new std::deque<std::pair<std::string, char*>>;  // and what the loader had there
  entry->l_name = names.emplace_back(path, entry->l_name).first.data();
}

/// Loads, and keeps it loaded.
Result<const boost::dll::shared_library*> load(const FoundPlugin& plugin) {
  static auto& loaded = *new std::deque<Loaded>;
  const std::string name = loader_name(*plugin.file);
  const CrashNote note(plugin.path.filename().string(), "its loading", {}, read_clock());
  try {
    using boost::dll::load_mode::type;
    loaded.push_back({boost::dll::shared_library(name, type::rtld_now | type::rtld_local), plugin.file});
    const Loaded& one = loaded.back();
    tell_name(one.library, plugin.file->path.string());
    return &one.library;
  } catch (const std::exception& failure) {
    return load_failure(plugin.path, name, failure.what());
  }
}

/// Why a library has no entry function for this major.
Error no_entry(const std::filesystem::path& path, const boost::dll::shared_library& library) {
  for (unsigned major = 0; major <= major_searched_max; ++major) {
    if (!library.has(fmt::format("dream_plugin_v{}", major))) continue;
    const bool newer = major > DREAM_ABI_MAJOR;
    return unusable(
        path,
        fmt::format("is too {}: it speaks version {} of the plugin ABI, and this dream speaks version {}",
                    newer ? "new" : "old", major, DREAM_ABI_MAJOR),
        newer ? "update dream, or use an older version of the plugin" : "update the plugin");
  }
  return unusable(
      path, fmt::format("is a shared library, but not a dream plugin: it doesn't export \"{}\"", DREAM_ENTRY),
      "export the entry function: DREAM_PLUGIN(Class) of the SDK does, and DREAM_EXPORT in C");
}

struct RequiredFunction {
  const char* name;
  bool present;
};

/// What is wrong with a table that the plugin handed out, if anything.
std::optional<Error> table_problem(const std::filesystem::path& path, std::uint32_t size,
                                   const dream_plugin& table) {
  if (size < plugin_table_size_1_0) {
    return unusable(path,
                    fmt::format("has a table that is too short: {} bytes, and version 1.0 of the ABI has {}",
                                size, plugin_table_size_1_0),
                    "set dream_plugin.size to sizeof(dream_plugin)");
  }
  const std::array required{RequiredFunction{"create", table.create != nullptr},
                            RequiredFunction{"destroy", table.destroy != nullptr},
                            RequiredFunction{"start", table.start != nullptr},
                            RequiredFunction{"wait", table.wait != nullptr},
                            RequiredFunction{"terminate", table.terminate != nullptr},
                            RequiredFunction{"status", table.status != nullptr},
                            RequiredFunction{"release", table.release != nullptr}};
  for (const RequiredFunction& function : required) {
    if (function.present) continue;
    return unusable(path, fmt::format("has no function \"{}\" in its table", function.name),
                    "every function but \"extension\" has to be there");
  }
  if (text_of(table.id).empty()) return unusable(path, "has no id in its table");
  return std::nullopt;
}

Result<const dream_plugin*> shake_hands(const std::filesystem::path& path,
                                        const boost::dll::shared_library& library, Calls& calls) {
  Entry* entry = &library.get<Entry>(DREAM_ENTRY);
  ErrorSink errors;
  const dream_handshake handshake{sizeof(dream_handshake), DREAM_ABI_MAJOR, DREAM_ABI_MINOR,
                                  DREAM_STR(DREAM_VERSION), errors.table()};
  const CallName name{DREAM_ENTRY};
  const dream_plugin* table = nullptr;
  if (!calls.run(name, [&] { table = entry(&handshake); })) {
    return unusable(path, fmt::format("can't be used: \"{}\" threw an exception", DREAM_ENTRY),
                    "tell the author of the plugin");
  }
  if (table != nullptr) return table;
  const auto reason = errors.finish(DREAM_E_FAILED, name, calls);
  return unusable(path, "refuses to work: " + reason->message, reason->hint);
}

}  // namespace

Result<dream_plugin> load_plugin(const FoundPlugin& plugin, Calls& calls) {
  const std::filesystem::path& path = plugin.path;
  if (auto checked = check_shared_library(*plugin.file, path); !checked) return checked.error();
  const auto library = load(plugin);
  if (!library) return library.error();
  if (!(*library)->has(DREAM_ENTRY)) return no_entry(path, **library);
  const auto theirs = shake_hands(path, **library, calls);
  if (!theirs) return theirs.error();
  const dream_plugin table = copy_of(*theirs);
  if (auto problem = table_problem(path, (*theirs)->size, table)) return *std::move(problem);
  return table;
}

}  // namespace dream::plugin
