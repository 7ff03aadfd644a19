#include "daemon/ctl/arguments.hpp"

#include "daemon/config/nearest.hpp"

#include <boost/program_options.hpp>

#include <algorithm>
#include <charconv>

namespace navette::ctl {

namespace po = boost::program_options;

namespace {

std::string long_name(const Option& option) {
    return option.name.substr(0, option.name.find(','));
}

bool takes_rest(const std::string& word) {
    return word.ends_with("...");
}

std::string word_name(std::string word) {
    if (takes_rest(word)) {
        word.resize(word.size() - 3);
    }
    return word.starts_with('[') ? word.substr(1, word.size() - 2) : word;
}

po::options_description described(const Syntax& syntax) {
    po::options_description all;
    for (const auto& option : syntax.options) {
        if (option.value.empty()) {
            all.add_options()(option.name.c_str(), "");
        } else if (option.repeatable) {
            all.add_options()(option.name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
        } else {
            all.add_options()(option.name.c_str(), po::value<std::string>(), "");
        }
    }
    all.add_options()("words", po::value<std::vector<std::string>>());
    return all;
}

std::vector<std::string> known_options(const Syntax& syntax) {
    std::vector<std::string> names;
    names.reserve(syntax.options.size());
    for (const auto& option : syntax.options) {
        names.push_back("--" + long_name(option));
    }
    return names;
}

Result<po::variables_map> read(const Syntax& syntax, const std::vector<std::string>& arguments) {
    const auto description = described(syntax);
    po::positional_options_description words;
    words.add("words", -1);
    namespace style = po::command_line_style;
    po::variables_map read;
    try {
        po::store(
            po::command_line_parser(arguments)
                .options(description)
                .positional(words)
                .style(style::default_style & ~style::allow_guessing)
                .run(),
            read
        );
    } catch (const po::unknown_option& error) {
        const auto name = error.get_option_name();
        return fail(
            ExitCode::usage, "unknown option " + name + config::did_you_mean(name, known_options(syntax))
        );
    } catch (const po::multiple_occurrences& error) {
        return fail(ExitCode::usage, error.get_option_name() + " is given more than once");
    } catch (const po::error_with_option_name& error) {
        return fail(
            ExitCode::usage, error.get_option_name() + " needs a value, or has one that it does not take"
        );
    } catch (const po::error& error) {
        return fail(ExitCode::usage, error.what());
    }
    return read;
}

}  // namespace

Result<Arguments> Arguments::parse(const Syntax& syntax, const std::vector<std::string>& arguments) {
    const auto given = read(syntax, arguments);
    if (!given) {
        return std::unexpected(given.error());
    }
    Arguments parsed;
    for (const auto& option : syntax.options) {
        const auto name = long_name(option);
        if (given->count(name) == 0) {
            if (option.required) {
                return fail(ExitCode::usage, option_text(option) + " is required");
            }
        } else if (option.value.empty()) {
            parsed.values_[name] = {};
        } else if (option.repeatable) {
            parsed.values_[name] = (*given)[name].as<std::vector<std::string>>();
        } else {
            parsed.values_[name] = {(*given)[name].as<std::string>()};
        }
    }
    auto words = given->count("words") == 0 ? std::vector<std::string>()
                                            : (*given)["words"].as<std::vector<std::string>>();
    std::size_t at = 0;
    for (const auto& word : syntax.words) {
        if (takes_rest(word)) {
            parsed.values_[word_name(word)].assign(
                words.begin() + static_cast<std::ptrdiff_t>(at), words.end()
            );
            at = words.size();
        } else if (at < words.size()) {
            parsed.values_[word_name(word)] = {words[at++]};
        } else if (!word.starts_with('[')) {
            return fail(ExitCode::usage, word + " is missing");
        }
    }
    if (at < words.size()) {
        return fail(ExitCode::usage, "'" + words[at] + "' is one word too many");
    }
    return parsed;
}

std::optional<std::string> Arguments::value(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() || found->second.empty() ? std::nullopt
                                                           : std::optional(found->second.front());
}

std::vector<std::string> Arguments::list(const std::string& name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>() : found->second;
}

Result<std::int64_t> Arguments::number(
    const std::string& name, std::int64_t fallback, std::int64_t lowest, std::int64_t highest
) const {
    const auto given = value(name);
    if (!given) {
        return fallback;
    }
    std::int64_t number = 0;
    const auto* end = given->data() + given->size();
    const auto [rest, error] = std::from_chars(given->data(), end, number);
    if (error != std::errc() || rest != end || number < lowest || number > highest) {
        const bool is_word = std::ranges::all_of(name, [](char c) { return c >= 'A' && c <= 'Z'; });
        return fail(
            ExitCode::usage,
            (is_word ? name : "--" + name) + ": '" + *given + "' is not a whole number from " +
                std::to_string(lowest) + (highest == INT64_MAX ? " up" : " to " + std::to_string(highest))
        );
    }
    return number;
}

Result<std::optional<std::string>> Arguments::choice(
    const std::string& name, const std::vector<std::string>& choices
) const {
    auto given = value(name);
    if (given && std::ranges::find(choices, *given) == choices.end()) {
        std::string all;
        for (const auto& one : choices) {
            all += (all.empty() ? "" : ", ") + one;
        }
        return fail(ExitCode::usage, "--" + name + ": '" + *given + "' is none of " + all);
    }
    return given;
}

std::string option_text(const Option& option) {
    const auto comma = option.name.find(',');
    std::string text = comma == std::string::npos ? "" : "-" + option.name.substr(comma + 1) + ", ";
    text += "--" + long_name(option);
    return option.value.empty() ? text : text + " " + option.value;
}

std::string options_text(const std::vector<Option>& options) {
    std::size_t width = 0;
    for (const auto& option : options) {
        width = std::max(width, option_text(option).size());
    }
    std::string lines;
    for (const auto& option : options) {
        auto left = option_text(option);
        left.resize(width + 2, ' ');
        lines += "  " + left + option.help + (option.required ? " (required)" : "") + "\n";
    }
    return lines;
}

}  // namespace navette::ctl
