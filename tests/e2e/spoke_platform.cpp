#include "tests/e2e/spoke_platform.hpp"

#include "daemon/config/manifest.hpp"
#include "daemon/sync/three_way.hpp"
#include "tests/e2e/spoke_traits.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::test {

namespace json = boost::json;

namespace {

// HubSpot's stand-in's, the longest of those that are read by searches.
constexpr std::chrono::milliseconds kSearchLag{300};

sync::Mapping mapping_of(const std::string& slug, const std::string& object) {
    const auto manifest = config::load_manifest(
        std::string(NAVETTE_SOURCE_DIR) + "/connectors/" + slug + "/" + slug + ".yaml", std::nullopt
    );
    const auto* spec = manifest ? manifest->object(object) : nullptr;
    if (spec == nullptr) {
        throw std::runtime_error("the manifest of " + slug + " has no usable object " + object);
    }
    auto mapping = sync::Mapping::compile(spec->mapping);
    if (!mapping) {
        throw std::runtime_error(mapping.error().front().text());
    }
    return std::move(*mapping);
}

bool is_write(std::string_view endpoint) {
    if (endpoint.starts_with("GET ")) {
        return false;
    }
    for (const auto* reading : {"/search", "/batch/read", "oauth", "/query/"}) {
        if (endpoint.find(reading) != std::string_view::npos) {
            return false;
        }
    }
    return true;
}

standin::SiteOptions with(standin::SiteOptions options, const std::map<std::string, std::string>& instead) {
    for (const auto& [name, value] : instead) {
        options.set(name, value);
    }
    return options;
}

}  // namespace

SpokePlatform::SpokePlatform(
    DaemonSite& site,
    const std::string& slug,
    std::uint16_t port,
    const std::map<std::string, std::string>& options
)
    : traits_(spoke_traits(slug)),
      slug_(slug),
      integration_("int_" + slug),
      port_(port),
      standin_(std::make_unique<standin::SiteInProcess>(
          traits_.site.empty() ? slug : traits_.site, with(traits_.options, options)
      )),
      mapping_(mapping_of(slug, traits_.object)) {
    site.write("connectors.d/" + slug + ".yaml", traits_.overrides);
    std::vector<std::string> words{
        "integration", "add", slug, "--tenant", "ring", "--id", integration_, "--enable"
    };
    for (const auto& [name, value] : traits_.settings(standin_->url())) {
        words.insert(words.end(), {"--set", name + "=" + value});
    }
    for (const auto& [name, value] : traits_.secrets) {
        const auto file = slug + "." + name;
        site.write(file, value);
        words.insert(words.end(), {"--secret", name + "=@" + (site.folder() / file).string()});
    }
    const auto added = site.ctl(words);
    if (added.exit_code != 0) {
        throw std::runtime_error("integration add " + slug + ": " + added.output);
    }
}

SpokePlatform::~SpokePlatform() = default;

const std::string& SpokePlatform::object() const {
    return traits_.object;
}

bool SpokePlatform::pull_finds_deletes() const {
    return traits_.pull_finds_deletes;
}

void SpokePlatform::subscribe() {
    json::object wish;
    wish["url"] =
        "http://127.0.0.1:" + std::to_string(port_) + "/webhooks/integrations/" + slug_ + "/" + integration_;
    wish["secret"] = traits_.secrets.at(traits_.webhook_secret);
    wish["here"] = standin_->url();
    standin_->control("POST", "webhook", json::serialize(wish));
}

void SpokePlatform::disturb_webhooks(const std::string& disorder) {
    standin_->control("POST", "deliveries", disorder);
}

json::value SpokePlatform::change(const json::object& wish) {
    changed_at_ = std::chrono::steady_clock::now();
    return traits_.change ? traits_.change(wish) : standin_->control("POST", "change", json::serialize(wish));
}

std::string SpokePlatform::create(const json::object& fields) {
    const auto answer = change({{"object", traits_.object}, {"fields", fields}});
    return std::string(answer.at("remote_id").as_string());
}

void SpokePlatform::edit(const std::string& remote_id, const json::object& fields) {
    change({{"object", traits_.object}, {"remote_id", remote_id}, {"fields", fields}});
}

void SpokePlatform::erase(const std::string& remote_id) {
    change({{"object", traits_.object}, {"remote_id", remote_id}, {"delete", true}});
}

void SpokePlatform::await_search() const {
    std::this_thread::sleep_until(changed_at_ + kSearchLag);
}

std::optional<std::string> SpokePlatform::field(const std::string& local) const {
    const auto found = traits_.fields.find(local);
    return found == traits_.fields.end() ? std::nullopt : std::optional(found->second);
}

std::map<std::string, json::object> SpokePlatform::records() {
    return traits_.read(*standin_);
}

SpokePlatform::Fields SpokePlatform::in_local_names(const json::object& remote) const {
    const auto local = mapping_->to_local(remote);
    if (!local) {
        throw std::runtime_error(slug_ + ": " + local.error().message + ": " + json::serialize(remote));
    }
    return as_held_there(*local);
}

SpokePlatform::Fields SpokePlatform::as_held_there(const json::object& record) const {
    Fields fields;
    for (const auto& [field, value] : sync::leaves_of(mapping_->canonical(record))) {
        if (!value.is_null()) {
            fields[field] = json::serialize(value);
        }
    }
    return fields;
}

long SpokePlatform::writes() {
    long writes = 0;
    for (const auto& [endpoint, count] : standin_->effects().at("by_endpoint").as_object()) {
        writes += is_write(endpoint) ? count.to_number<long>() : 0;
    }
    return writes;
}

long SpokePlatform::effects() {
    const auto all = standin_->effects();
    const auto& kind = all.at(traits_.kind).as_object();
    auto count = kind.at("creates").to_number<long>();
    for (const auto& [action, times] : kind.at("changes").as_object()) {
        count += times.to_number<long>();
    }
    return count;
}

std::string SpokePlatform::requests() {
    return slug_ + ": " + json::serialize(standin_->effects().at("by_endpoint"));
}

}  // namespace navette::test
