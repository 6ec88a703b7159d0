#include <cstdio>
#include <exception>
#include <string>

#include "base/text.hpp"
#include "init/init.hpp"

/// `dream init` as a program of its own, FOLDER [FILE]: what it is made of costs dream nothing when it
/// starts.
int main(int argument_count, char** arguments) {
  if (argument_count < 2) return 2;
  try {
    const std::filesystem::path folder = arguments[1];
    const auto from = argument_count > 2 ? std::optional<std::string>(arguments[2]) : std::nullopt;
    const dream::Result<std::string> text = dream::init::make_configuration(folder, from);
    const dream::Result<void> written =
        text ? dream::init::write_new_file(folder / "dream.json", *text) : dream::Result<void>(text.error());
    if (!written) {
      std::fprintf(stderr, "dream: %s\n", dream::printable(dream::to_string(written.error())).c_str());
      return 2;
    }
    std::puts("dream.json is written; `dream list` shows what it says");
    return std::fflush(stdout) == 0 ? 0 : 70;
  } catch (const std::exception& exception) {  // out of memory, and bugs of libraries
    std::fprintf(stderr, "dream: internal error: %s\n", dream::printable(exception.what()).c_str());
    return 70;
  }
}
