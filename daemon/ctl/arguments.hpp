// A command's options and words, declared as data and read by one parser.
#pragma once

#include "daemon/ctl/failure.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace navette::ctl {

struct Option {
    Option(std::string option_name, std::string value_name, std::string help_text)
        : name(std::move(option_name)), value(std::move(value_name)), help(std::move(help_text)) {}

    Option&& is_required() && {
        required = true;
        return std::move(*this);
    }
    Option&& is_repeatable() && {
        repeatable = true;
        return std::move(*this);
    }

    std::string name;   // "tenant", or "follow,f" with a short form
    std::string value;  // what its value is called; empty: a switch
    std::string help;
    bool required = false;
    bool repeatable = false;  // one value each time it is given
};

/// What a command line may hold. Words: "ID" must be given, "[FILE]" may be, "KEY=VALUE..." takes the rest
/// (none too).
struct Syntax {
    std::vector<std::string> words;
    std::vector<Option> options;
};

class Arguments {
  public:
    /// Fails as `usage`, with a sentence that names the option or word.
    [[nodiscard]] static Result<Arguments> parse(
        const Syntax& syntax, const std::vector<std::string>& arguments
    );

    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    /// The option's or word's value ("tenant", "ID"); nothing where it was not given.
    [[nodiscard]] std::optional<std::string> value(const std::string& name) const;
    /// The same, empty where it was not given.
    [[nodiscard]] std::string text(const std::string& name) const { return value(name).value_or(""); }
    [[nodiscard]] std::vector<std::string> list(const std::string& name) const;
    /// A whole number within bounds; `fallback` where it was not given. Fails as `usage`.
    [[nodiscard]] Result<std::int64_t> number(
        const std::string& name, std::int64_t fallback, std::int64_t lowest, std::int64_t highest
    ) const;
    /// The value, if it was given, as one of the choices. Fails as `usage`.
    [[nodiscard]] Result<std::optional<std::string>> choice(
        const std::string& name, const std::vector<std::string>& choices
    ) const;

  private:
    std::map<std::string, std::vector<std::string>> values_;
};

/// The options as aligned lines for --help.
[[nodiscard]] std::string options_text(const std::vector<Option>& options);

/// "--tenant T" for sentences and usage lines.
[[nodiscard]] std::string option_text(const Option& option);

}  // namespace navette::ctl
