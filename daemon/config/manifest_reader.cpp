#include "daemon/config/checks.hpp"
#include "daemon/config/field_value.hpp"
#include "daemon/config/manifest.hpp"
#include "daemon/config/manifest_auth.hpp"
#include "daemon/config/manifest_limits.hpp"
#include "daemon/config/manifest_objects.hpp"
#include "daemon/config/manifest_override.hpp"
#include "daemon/config/yaml_reader.hpp"

#include <boost/json/string.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace navette::config {

constexpr auto enum_names(ConfigField::Type) {
    using Type = ConfigField::Type;
    return std::array<std::pair<std::string_view, Type>, 6>{
        {{"string", Type::string},
         {"url", Type::url},
         {"integer", Type::integer},
         {"boolean", Type::boolean},
         {"secret", Type::secret},
         {"map", Type::map}}
    };
}

namespace {

void read_default(Section& section, ConfigField& field) {
    const YamlNode* const node = section.take("default");
    if (node == nullptr || node->kind == YamlNode::Kind::null) {
        return;
    }
    if (field.type == ConfigField::Type::secret) {
        section.complain("default", "a secret has no default, remove it");
        return;
    }
    const bool is_text = field.type == ConfigField::Type::string || field.type == ConfigField::Type::url;
    boost::json::value value =
        is_text && node->kind == YamlNode::Kind::scalar ? boost::json::value(node->text) : to_json(*node);
    if (auto complaint = convert_field(field.type, value)) {
        section.complain("default", sentence(*node, *complaint));
        return;
    }
    field.fallback = std::move(value);
}

void read_config(Section& root, Manifest& manifest) {
    root.entries("config", [&](const std::string& name, Section& section) {
        section.check_name(name, plain_name(name));
        ConfigField& field = manifest.config.emplace_back();
        field.name = name;
        section.required("type", field.type);
        section.key("required", field.required);
        section.key("label", field.label);
        section.key("description", field.description);
        read_default(section, field);
    });
}

void read_retry(Section& root, Manifest& manifest) {
    using namespace std::chrono_literals;
    root.section("retry", [&](Section& section) {
        RetryPolicy& retry = manifest.retry;
        section.key("max_retries", retry.max_retries, between(0, 100));
        section.key("base", retry.base, at_least(1ms));
        section.key("cap", retry.cap, at_least(1ms));
        if (retry.cap < retry.base) {
            section.complain(
                "cap",
                duration_text(retry.cap) + " is shorter than base, expected at least " +
                    duration_text(retry.base)
            );
        }
    });
}

void read_disable(Section& root, Manifest& manifest, const std::vector<std::string>& field_names) {
    root.section("disable", [&](Section& section) {
        auto& rule = manifest.disable.emplace();
        section.required("after", rule.after, one_of(field_names));
        section.key("attempts", rule.attempts, at_least(1));
        const auto* field = manifest.field(rule.after);
        if (field != nullptr && field->type != ConfigField::Type::string) {
            section.complain(
                "after", in_quotes(rule.after) + " is not of type string, expected a duration's field"
            );
        }
    });
}

void check_slug(Section& root, const Manifest& manifest) {
    const std::string stem = manifest.file.stem().string();
    if (!manifest.slug.empty() && manifest.slug != stem) {
        root.complain("slug", in_quotes(manifest.slug) + " differs from the file's name, expected " + stem);
    }
}

void check_base_url(Section& root, const Manifest& manifest) {
    const bool calls_out = std::ranges::any_of(manifest.capabilities, [](const std::string& capability) {
        return capability == "test" || capability == "push" || capability == "pull" || capability == "fetch";
    });
    if (root.take("base_url") == nullptr && calls_out) {
        root.complain("base_url", "is missing, a connector that calls its platform needs it");
    }
}

void check_account(Section& root, const Manifest& manifest) {
    for (const std::string& name : manifest.account) {
        const ConfigField* const field = manifest.field(name);
        if (field != nullptr && field->type == ConfigField::Type::secret) {
            root.complain("account", in_quotes(name) + " is a secret, expected fields that may be shown");
        }
    }
}

void read_webhooks(Section& root, Manifest& manifest, const std::vector<std::string>& field_names) {
    using namespace std::chrono_literals;
    root.section("webhooks", [&](Section& section) {
        section.key("secrets", manifest.webhooks.secrets, one_of(field_names));
        section.key("account", manifest.webhooks.account, one_of(field_names));
        section.key("fetch_after", manifest.webhooks.fetch_after, between(0ms, 3'600'000ms));
        for (const auto& name : manifest.webhooks.secrets) {
            const auto* field = manifest.field(name);
            if (field != nullptr && field->type != ConfigField::Type::secret) {
                section.complain(
                    "secrets", "names '" + name + "', which must be a config field of type secret"
                );
            }
        }
        const auto* account = manifest.field(manifest.webhooks.account);
        if (account != nullptr && account->type == ConfigField::Type::secret) {
            section.complain("account", "must not be a secret");
        }
    });
}

void read_manifest(Section& root, Manifest& manifest) {
    using namespace std::chrono_literals;
    root.required("slug", manifest.slug, plain_name);
    root.required("name", manifest.name, not_empty);
    root.required(
        "category",
        manifest.category,
        one_of({"crm", "ecommerce", "marketing", "support", "erp", "payment", "application"})
    );
    root.key("description", manifest.description);
    read_config(root, manifest);
    std::vector<std::string> field_names;
    field_names.reserve(manifest.config.size());
    for (const ConfigField& field : manifest.config) {
        field_names.push_back(field.name);
    }
    root.key("base_url", manifest.base_url, not_empty, template_of(field_names));
    root.key("hosts", manifest.hosts, host_pattern);
    root.key("account", manifest.account, one_of(field_names));
    read_auth(root, manifest);
    read_webhooks(root, manifest, field_names);
    root.key(
        "capabilities",
        manifest.capabilities,
        one_of({"test", "push", "pull", "fetch", "webhooks", "batch", "subscriptions", "changes"})
    );
    read_limits(root, manifest);
    root.key("logged_until", manifest.logged_until, bare_words);
    root.key("concurrency", manifest.concurrency, between(1, 1'000));
    read_retry(root, manifest);
    read_disable(root, manifest, field_names);
    root.key("timeout", manifest.timeout, between(10ms, 3'600'000ms));
    read_objects_and_events(root, manifest);
    check_slug(root, manifest);
    check_base_url(root, manifest);
    check_account(root, manifest);
}

}  // namespace

std::expected<Manifest, Problems> load_manifest(
    const std::filesystem::path& file, const std::optional<std::filesystem::path>& override_file
) {
    Problems problems;
    auto tree = parse_yaml_file(file, problems);
    std::error_code error;
    // An override that cannot even be looked at is a problem that the parser tells, not an absent one.
    if (override_file && (std::filesystem::exists(*override_file, error) || error)) {
        auto override_tree = parse_yaml_file(*override_file, problems);
        if (tree && override_tree) {
            lay_over(*tree, std::move(*override_tree), problems);
        }
    }
    Manifest manifest;
    if (tree) {
        manifest.file = file;
        Section::read(*tree, "", problems, [&](Section& root) { read_manifest(root, manifest); });
    }
    if (!problems.empty()) {
        sort_problems(problems, file.string());
        return std::unexpected(std::move(problems));
    }
    return manifest;
}

}  // namespace navette::config
