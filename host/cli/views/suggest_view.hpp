#pragma once

#include <span>
#include <string>

#include "cli/views/view_text.hpp"
#include "plan/plan.hpp"
#include "suggest/suggestion.hpp"
#include "suggest/write.hpp"

/// What `dream suggest` has found out, for people and programs.
namespace dream::cli {

/// All of it.
struct SuggestReport {
  const Plan& plan;
  std::span<const suggest::Suggestion> suggestions;
  const suggest::NewText& text;  ///< what --write makes, or would make
  bool asked = false;            ///< --write
  bool written = false;          ///< dream.json has it
};

/// Lines, each with its end.
[[nodiscard]] std::string suggest_text(const SuggestReport& report, const Locate& locate);

/// One line, with its end.
[[nodiscard]] std::string suggest_json(const SuggestReport& report, const Locate& locate);

}  // namespace dream::cli
