#include "init/compose_command.hpp"

#include <fmt/format.h>

#include "init/compose_values.hpp"

namespace dream::init {

std::vector<std::string> command_words(const std::string& whose, const YAML::Node& value,
                                       const ComposeVariables& variables, Draft& draft) {
  std::string passed_over;
  std::vector<std::string> written = written_words_of(value, &passed_over);
  if (!passed_over.empty())
    draft.remark(fmt::format("{} has no shell, and compose ends it before: {}", whose, passed_over));
  if (value.IsSequence() || !value.Tag().starts_with('$')) return written;
  // One word for one word, so each stays as it is written.
  const std::vector<std::string> unsplit = words_of(YAML::Node(written_text(value)));
  if (unsplit == written) return written;
  const bool is_secret = variables.secrets().masked(value.Scalar()) != value.Scalar();
  draft.remark(
      is_secret
          ? fmt::format(
                "{} has one word for each variable, where compose splits them, as one is a secret: {}", whose,
                written_text(value))
          : fmt::format("{} has the words that its variables have now, as dream doesn't split them later: {}",
                        whose, written_text(value)));
  return is_secret ? unsplit : written;
}

}  // namespace dream::init
