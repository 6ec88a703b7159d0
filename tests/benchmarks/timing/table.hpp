#pragma once

#include <string>
#include <vector>

namespace dream::timing {

/// What was measured, as ratios to what something else took in the same run, and the limits they must keep.
class Table {
 public:
  void at_most(const std::string& what, double measured, double limit, const std::string& note = {});
  void at_least(const std::string& what, double measured, double limit, const std::string& note = {});
  /// Something to compare with; no promise.
  void also(const std::string& what, double measured, const std::string& note = {});

  void print() const;
  /// Whether every limit was kept.
  [[nodiscard]] bool kept() const { return kept_; }

 private:
  void add(const std::string& what, double measured, const std::string& limit, bool kept,
           const std::string& note);

  struct Row {
    std::string what, measured, limit, verdict, note;
  };
  std::vector<Row> rows_;
  bool kept_ = true;
};

}  // namespace dream::timing
