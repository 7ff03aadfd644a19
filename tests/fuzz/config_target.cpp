// The files that administrators write: the daemon's settings, a connector's manifest, an override over it.
//
// The first line of an input says what follows: "settings", "manifest", or "override", which is laid over a
// shipped manifest.
#include "daemon/config/manifest.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/sync/mapping.hpp"
#include "tests/fuzz/property.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <string_view>

namespace navette::fuzz {
namespace {

namespace json = boost::json;

/// Made of the text that refers to it, so that no text can hold it.
std::string secret_for(std::string_view text) {
    return "planted-" + std::to_string(std::hash<std::string_view>{}(text));
}

constexpr std::string_view kNoSecret("\n");  // in no sentence

constexpr std::string_view kManifest = R"(slug: shop
name: Shop
category: ecommerce
description: A shop
base_url: "${base_url}"
account: [base_url]
auth: {type: api_key, header: X-Key, value: "Bearer ${api_key}"}
webhooks: {secrets: [api_key], account: base_url}
config:
  base_url: {type: url, required: true, label: Address}
  api_key: {type: secret, required: true}
  page: {type: integer, default: 50}
  levels: {type: map, default: {a: 1}}
capabilities: [test, push]
limits: [{requests: 40, per: 1s}]
objects:
  customer:
    natural_keys: [email]
    mapping:
      - {local: email, remote: mail, required: true, transforms: [trim, lower]}
  order:
    depends_on: [{object: customer, id: customer.id, record: customer, as: party, required: false}]
    mapping:
      - {local: lines, remote: items, each: [{local: qty, remote: count}]}
events:
  order.*: {object: order}
)";

/// A directory in memory, for as long as the process lives.
class Folder {
  public:
    Folder() {
        std::string pattern("/dev/shm/navette-fuzz-XXXXXX");
        require(mkdtemp(pattern.data()) != nullptr, "there is room in /dev/shm");
        path_ = pattern;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    [[nodiscard]] std::filesystem::path write(std::string_view name, std::string_view text) const {
        const auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << text;
        return file;
    }

  private:
    std::filesystem::path path_;
};

const Folder& folder() {
    static const Folder shared;
    return shared;
}

void require_told(const config::Problems& problems, std::string_view secret) {
    require(!problems.empty(), "what cannot be loaded has a mistake");
    for (const auto& problem : problems) {
        require(
            !problem.where.file.empty() && problem.where.line > 0, "a mistake has its line", problem.text()
        );
        require(!problem.what.empty(), "a mistake is told in a sentence", problem.text());
        require(problem.text().find(secret) == std::string::npos, "no secret is quoted", problem.text());
        require_storable(problem.text(), "a mistake's sentence");
    }
}

void load_settings(std::string_view text) {
    config::References references;
    const auto secret = secret_for(text);
    references.environment = [&](const std::string& name) {
        return name == "UNSET" ? std::nullopt : std::optional(secret);
    };
    const auto settings = config::load_settings(folder().write("navette.yaml", text), references);
    if (!settings) {
        require_told(settings.error(), secret);
        return;
    }
    const auto printed = config::effective_yaml(*settings);
    require_storable(printed, "the effective configuration");
    // What is printed is a settings file again, but for what is masked in it.
    const auto again = config::load_settings(folder().write("effective.yaml", printed), references);
    if (again) {
        require(config::effective_yaml(*again) == printed, "what is printed is what is in force", printed);
    } else {
        require_told(again.error(), secret);
    }
}

void use_manifest(const config::Manifest& manifest) {
    for (const auto& object : manifest.objects) {
        require(manifest.object(object.name) != nullptr, "an object is found by its name", object.name);
        require(object.batch > 0 && object.concurrency > 0, "an object can be sent", object.name);
        if (const auto mapping = sync::Mapping::compile(object.mapping); !mapping) {
            require_told(mapping.error(), kNoSecret);
        }
        for (const auto& parent : object.depends_on) {
            require(manifest.object(parent.object) != nullptr, "a parent is an object", parent.object);
        }
    }
    for (const auto& rule : manifest.events) {
        require(manifest.object(rule.object) != nullptr, "an event leads to an object", rule.event_type);
        require(manifest.event(rule.event_type, "x").has_value(), "an event finds its rule", rule.event_type);
    }
    for (const auto& secret : manifest.webhooks.secrets) {
        require(manifest.field(secret) != nullptr, "a webhook's secret is a field", secret);
    }
    json::object given;
    std::vector<std::string> secret_names;
    for (const auto& field : manifest.config) {
        if (field.type == config::ConfigField::Type::secret) {
            secret_names.push_back(field.name);
        } else {
            given[field.name] = field.type == config::ConfigField::Type::url
                                    ? json::value("https://shop.example")
                                    : field.fallback;
        }
    }
    const auto checked = config::check_integration_config(manifest, given, secret_names);
    if (checked) {
        static_cast<void>(config::expand_template(manifest.base_url, *checked, {}));
    } else {
        require(!checked.error().empty(), "settings that are refused have a mistake");
    }
}

void load_manifest(std::string_view text, const std::optional<std::string_view>& override_text) {
    const auto file = folder().write("shop.yaml", text);
    const auto above =
        override_text ? std::optional(folder().write("override.yaml", *override_text)) : std::nullopt;
    const auto manifest = config::load_manifest(file, above);
    if (manifest) {
        use_manifest(*manifest);
    } else {
        require_told(manifest.error(), kNoSecret);
    }
}

int run(std::string_view input) {
    const auto end = input.find('\n');
    const auto kind = input.substr(0, end);
    const auto text = end == std::string_view::npos ? std::string_view() : input.substr(end + 1);
    // What the text may read besides itself is the machine's own.
    if (text.find("{file:") != std::string_view::npos) {
        return -1;
    }
    if (kind == "settings") {
        load_settings(text);
    } else if (kind == "manifest") {
        load_manifest(text, std::nullopt);
    } else if (kind == "override") {
        load_manifest(kManifest, text);
    } else {
        return -1;
    }
    return 0;
}

}  // namespace
}  // namespace navette::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// -1: not worth keeping in the corpus.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return navette::fuzz::run({reinterpret_cast<const char*>(data), size});
}
