#include "daemon/config/references.hpp"

#include "daemon/config/text_file.hpp"
#include "daemon/config/yaml_value.hpp"
#include "daemon/core/error.hpp"

#include <cstdlib>
#include <string>
#include <string_view>

namespace navette::config {
namespace {

constexpr std::size_t kLargestSecret = 64UZ * 1024;

/// A line break at the end of a secret's file is the editor's, not the secret's.
std::string without_line_break(std::string text) {
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

core::Result<std::string> read_secret(const std::filesystem::path& file) {
    auto text = read_text_file(file, kLargestSecret);
    if (!text) {
        return core::failure(text.error().kind, file.string() + " " + text.error().message);
    }
    if (text->find('\0') != std::string::npos) {
        return core::failure(core::ErrorKind::invalid, file.string() + " holds a zero byte, expected text");
    }
    return without_line_break(std::move(*text));
}

core::Result<std::string> from_environment(const std::string& name, const References& references) {
    const auto value = references.environment ? references.environment(name) : std::nullopt;
    if (!value) {
        return core::failure(core::ErrorKind::not_found, "the environment variable is not set");
    }
    return *value;
}

core::Result<std::string> from_file(const std::string& name) {
    const std::filesystem::path file(name);
    if (!file.is_absolute()) {
        return core::failure(core::ErrorKind::invalid, "expected a path that begins with /");
    }
    return read_secret(file);
}

core::Result<std::string> from_credential(const std::string& name, const References& references) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
        return core::failure(core::ErrorKind::invalid, "expected a credential's plain name");
    }
    if (references.credentials_directory.empty()) {
        return core::failure(
            core::ErrorKind::not_found,
            "there are no credentials, run under systemd with LoadCredential=" + name + ":/path/to/file"
        );
    }
    return read_secret(references.credentials_directory / name);
}

core::Result<std::string> resolve(std::string_view reference, const References& references) {
    const std::size_t colon = reference.find(':');
    const std::string_view scheme = reference.substr(0, colon);
    const std::string name(colon == std::string_view::npos ? "" : reference.substr(colon + 1));
    if (scheme == "env") {
        return from_environment(name, references);
    }
    if (scheme == "file") {
        return from_file(name);
    }
    if (scheme == "credential") {
        return from_credential(name, references);
    }
    return core::failure(
        core::ErrorKind::invalid,
        "unknown kind of reference, expected ${env:NAME}, ${file:/path} or ${credential:NAME}; write $${ for "
        "a plain ${"
    );
}

/// One pass from left to right, so that a value is never searched for references of its own.
core::Result<std::string> expand(YamlNode& scalar, const References& references) {
    const std::string_view text = scalar.text;
    std::string result;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t begin = text.find("${", at);
        if (begin == std::string_view::npos) {
            break;
        }
        if (begin > at && text[begin - 1] == '$') {
            result += text.substr(at, begin - 1 - at);
            result += "${";
            at = begin + 2;
            continue;
        }
        const std::size_t end = text.find('}', begin);
        if (end == std::string_view::npos) {
            return core::failure(core::ErrorKind::invalid, "a reference begins with ${ and has no }");
        }
        const std::string_view reference = text.substr(begin + 2, end - begin - 2);
        const auto value = resolve(reference, references);
        if (!value) {
            return core::failure(
                value.error().kind,
                in_quotes(text.substr(begin, end + 1 - begin)) + " has no value: " + value.error().message
            );
        }
        result += text.substr(at, begin - at);
        result += *value;
        scalar.confidential = true;
        at = end + 1;
    }
    result += text.substr(at);
    return result;
}

void resolve_in(YamlNode& node, const std::string& path, const References& references, Problems& problems) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        resolve_in(node.items[i], item_path(path, i), references, problems);
    }
    for (YamlEntry& entry : node.entries) {
        resolve_in(entry.value, key_path(path, entry.key), references, problems);
    }
    if (node.kind != YamlNode::Kind::scalar) {
        return;
    }
    auto text = expand(node, references);
    if (!text) {
        node.unusable = true;
        problems.emplace_back(node.where, (path.empty() ? "" : path + ": ") + text.error().message);
        return;
    }
    node.text = std::move(*text);
}

std::optional<std::string> environment_variable(const std::string& name) {
    // Read at start, before there are other threads that could change it.
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

References References::of_process() {
    return {environment_variable, environment_variable("CREDENTIALS_DIRECTORY").value_or("")};
}

void resolve_references(YamlNode& tree, const References& references, Problems& problems) {
    resolve_in(tree, "", references, problems);
}

}  // namespace navette::config
