#include "base/crash_note.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>

namespace dream {

namespace {

/// No foreign code runs.
constexpr std::int64_t nobody = 0;

struct Page {
  NoteText text{};
  std::atomic<std::int64_t> since{nobody};                        ///< as an Instant counts
  static_assert(std::atomic<std::int64_t>::is_always_lock_free);  // else it couldn't be shared
};

Page own_page;
Page* page = &own_page;

}  // namespace

void share_crash_notes() {
  void* memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) page = new (memory) Page{};
}

CrashNote::CrashNote(std::string_view plugin, std::string_view function, std::string_view subject,
                     Instant since)
    : outer_(page->text), outer_since_(page->since.load(std::memory_order_relaxed)) {
  NoteText& text = page->text;
  char* end = text.data();
  const auto append = [&](std::string_view words) {
    const auto room = static_cast<std::size_t>(text.data() + text.size() - 1 - end);
    end = std::copy_n(words.data(), std::min(words.size(), room), end);
  };
  append("plugin ");
  append(plugin);
  append(": ");
  append(function);
  if (!subject.empty()) append(" of ");
  append(subject);
  *end = '\0';
  page->since.store(since.time_since_epoch().count(), std::memory_order_release);
}

CrashNote::~CrashNote() {
  page->text = outer_;
  page->since.store(outer_since_, std::memory_order_release);
}

std::string_view crash_note() {
  const NoteText& text = page->text;
  return {text.data(), ::strnlen(text.data(), text.size())};
}

std::optional<Instant> foreign_code_since() {
  const std::int64_t since = page->since.load(std::memory_order_acquire);
  if (since == nobody) return std::nullopt;
  return Instant(Duration(since));
}

}  // namespace dream
