// What a benchmark prints and writes: a table, a last line "NAME: key=value ...", and the same figures as
// JSON.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace navette::bench {

/// A table on standard output; the first column holds names, the others figures.
class Table {
  public:
    explicit Table(std::vector<std::string> headings);
    void row(std::vector<std::string> cells);
    void print() const;

  private:
    std::vector<std::vector<std::string>> rows_;
};

/// `value` with so many decimals, thousands separated: "123,456.7".
[[nodiscard]] std::string figure_text(double value, int decimals = 0);

class Report {
  public:
    /// `arguments` of main; the first one names the JSON file.
    Report(std::string name, int count, char** arguments);

    void figure(const std::string& key, double value);
    /// Writes the file and prints the last line.
    void finish() const;

  private:
    std::string name_;
    std::string file_;
    boost::json::object figures_;
};

}  // namespace navette::bench
