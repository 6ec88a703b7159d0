#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.hpp"
#include "suggest/suggestion.hpp"

/// Suggestions as a change of dream.json's text. Pure.
namespace dream::suggest {

/// What becomes of one suggestion.
struct Written {
  bool is_in = false;                ///< its `ready` is in the text
  std::string why_not;               ///< else
  SourceOffset elsewhere;            ///< what of it stands in another file
  std::vector<SourceOffset> others;  ///< entries with a delay of their own for the same task, which stay
};

/// A dream.json with the `ready` of those suggestions that are sure, and without the delays that they
/// replace.
struct NewText {
  std::string text;              ///< as it was, where nothing is in
  std::vector<Written> written;  ///< one for each suggestion
};
/// `workspace` is what `text`, which has no errors, says; the plan was made of it.
[[nodiscard]] NewText with_suggestions(std::string_view text, const Workspace& workspace, const Plan& plan,
                                       std::span<const Suggestion> suggestions);

/// Whether a plan that was made of the new text waits as the suggestions mean it.
[[nodiscard]] bool is_followed(const Plan& plan, const Plan& old_plan, const NewText& text,
                               std::span<const Suggestion> suggestions);

}  // namespace dream::suggest
