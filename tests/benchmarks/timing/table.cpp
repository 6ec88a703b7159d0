#include "table.hpp"

#include <cstdio>

namespace dream::timing {

namespace {

std::string text(double number) {
  std::string buffer(32, '\0');
  buffer.resize(static_cast<std::size_t>(std::snprintf(buffer.data(), buffer.size(), "%.2f", number)));
  return buffer;
}

}  // namespace

void Table::at_most(const std::string& what, double measured, double limit, const std::string& note) {
  add(what, measured, "<= " + text(limit), measured <= limit, note);
}

void Table::at_least(const std::string& what, double measured, double limit, const std::string& note) {
  add(what, measured, ">= " + text(limit), measured >= limit, note);
}

void Table::also(const std::string& what, double measured, const std::string& note) {
  rows_.push_back({what, text(measured), "", "", note});
}

void Table::add(const std::string& what, double measured, const std::string& limit, bool kept,
                const std::string& note) {
  kept_ = kept_ && kept;
  rows_.push_back({what, text(measured), limit, kept ? "kept" : "MISSED", note});
}

void Table::print() const {
  std::printf("%-58s %9s  %-9s %-7s %s\n", "", "measured", "limit", "", "");
  for (const Row& row : rows_) {
    std::printf("%-58s %9s  %-9s %-7s %s\n", row.what.c_str(), row.measured.c_str(), row.limit.c_str(),
                row.verdict.c_str(), row.note.c_str());
  }
}

}  // namespace dream::timing
