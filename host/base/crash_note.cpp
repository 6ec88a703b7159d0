#include "base/crash_note.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace dream {

namespace {

NoteText own_text{};
NoteText* text = &own_text;

}  // namespace

void share_crash_notes() {
  void* memory = ::mmap(nullptr, sizeof(NoteText), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory != MAP_FAILED) text = new (memory) NoteText{};
}

CrashNote::CrashNote(std::string_view plugin, std::string_view function, std::string_view subject)
    : outer_(*text) {
  char* end = text->data();
  const auto append = [&](std::string_view words) {
    const auto room = static_cast<std::size_t>(text->data() + text->size() - 1 - end);
    end = std::copy_n(words.data(), std::min(words.size(), room), end);
  };
  append("plugin ");
  append(plugin);
  append(": ");
  append(function);
  if (!subject.empty()) append(" of ");
  append(subject);
  *end = '\0';
}

CrashNote::~CrashNote() {
  *text = outer_;
}

std::string_view crash_note() {
  return {text->data(), ::strnlen(text->data(), text->size())};
}

}  // namespace dream
