#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "conformance/check_process.hpp"
#include "conformance/stage.hpp"

/// What the process that plays a scene and the one that waits for it agree on.
namespace dream::conformance {

// Where the process writes its answer: a word, a line feed, and the reason.
inline constexpr int answer_descriptor = 3;
inline constexpr std::array<std::pair<Played::How, std::string_view>, 4> answers{
    std::pair{Played::How::broken, std::string_view("broken\n")},
    std::pair{Played::How::skipped, std::string_view("skipped\n")},
    std::pair{Played::How::unstarted, std::string_view("unstarted\n")},
    std::pair{Played::How::kept, std::string_view("kept\n")}};

/// What goes to the process's stdout and stderr.
[[nodiscard]] std::filesystem::path said_file(const Subject& subject);
/// Its CallTrail.
[[nodiscard]] std::filesystem::path trail_file(const Subject& subject);
void keep_no_trail(const Subject& subject);

/// Whether it has a child of its own, alive or dead.
[[nodiscard]] bool has_children();

/// "--seed 3, after: start 1, wait 1"
[[nodiscard]] std::string order_words(std::uint64_t seed, const std::string& steps);

}  // namespace dream::conformance
