#include "conformance/call_trail.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>

namespace dream::conformance {

namespace {

/// Both end with a NUL.
struct Page {
  std::array<char, 64> running;
  std::array<char, 1984> steps;
};

Page own_page{};
Page* page = &own_page;

std::string text_of(const char* bytes, std::size_t size) {
  return {bytes, ::strnlen(bytes, size)};
}

CallTrail trail_of(const Page& of) {
  return {text_of(of.running.data(), of.running.size()), text_of(of.steps.data(), of.steps.size())};
}

template <std::size_t Size>
void put(std::array<char, Size>& place, std::string_view text) {
  const std::size_t size = std::min(text.size(), Size - 1);
  std::copy_n(text.data(), size, place.data());
  place[size] = '\0';
}

}  // namespace

void keep_trail_in(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  void* memory = MAP_FAILED;
  if (::ftruncate(descriptor, sizeof(Page)) == 0) {
    memory = ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }
  ::close(descriptor);
  if (memory != MAP_FAILED) page = static_cast<Page*>(memory);
}

CallTrail read_trail(const std::filesystem::path& file) {
  Page read{};
  std::ifstream(file, std::ios::binary).read(reinterpret_cast<char*>(&read), sizeof(read));
  return trail_of(read);
}

CallTrail own_trail() {
  return trail_of(*page);
}

void note_step(std::string_view step) {
  std::string steps = own_trail().steps;
  if (!steps.empty()) steps += ", ";
  steps += step;
  while (steps.size() >= page->steps.size()) steps.erase(0, std::min(steps.find(", ") + 2, steps.size()));
  put(page->steps, steps);
}

void forget_steps() {
  page->steps[0] = '\0';
}

void note_running(const char* function) {
  put(page->running, function);
}

Calling::Calling(const char* function) : outer_(own_trail().running) {
  note_running(function);
}
Calling::~Calling() {
  note_running(outer_.c_str());
}

}  // namespace dream::conformance
