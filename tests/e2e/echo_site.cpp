#include "tests/e2e/echo_site.hpp"

#include "daemon/secrets/encoding.hpp"
#include "daemon/secrets/vault.hpp"
#include "tests/standin/http_server.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/fresh_folder.hpp"

#include <boost/json.hpp>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace navette::test {

namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string percent_encoded(const std::string& text) {
    static constexpr const char* kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
            encoded += c;
        } else {
            encoded += std::string("%") + kDigits[byte >> 4U] + kDigits[byte & 0xFU];
        }
    }
    return encoded;
}

/// One sentence with everything that a careless platform could say.
std::string gossip(const standin::Request& request) {
    std::string told = std::string(kVisible) + " ";
    for (const auto& [name, value] : request.headers) {
        told += name + ": " + value + "; " + percent_encoded(value) + "; " + secrets::base64(value) + "; ";
    }
    for (const auto* secret : {kApiKey, kPassword, kFirstWebhookSecret, kSecondWebhookSecret}) {
        told += std::string(secret) + " or " + percent_encoded(secret) + " or " +
                secrets::base64("user:" + std::string(secret)) + " or " +
                json::serialize(json::value(secret)) + "; ";
    }
    told += "https://" + std::string(kUserInfo) + "@db.example/x?access_token=" + kAccessToken +
            "&limit=1; Bearer " + kAccessToken + "; " +
            json::serialize(json::value{{"refresh_token", kRefreshToken}});
    return told;
}

json::object tokens() {
    return {
        {"access_token", kAccessToken},
        {"refresh_token", kRefreshToken},
        {"client", {{"client_secret", kClientSecret}, {"marker", kVisible}}}
    };
}

}  // namespace

struct EchoSite::Platform {
    Platform() {
        auto listening = standin::HttpServer::listen(io, 0, [this](standin::Request request) {
            return answer(std::move(request));
        });
        if (!listening) {
            throw std::runtime_error(listening.error().message);
        }
        server = std::move(*listening);
        thread = std::thread([this] { io.run(); });
    }
    ~Platform() {
        io.stop();
        thread.join();
    }

    boost::asio::awaitable<standin::Response> answer(standin::Request request) {
        auto body = tokens();
        body["echo"] = gossip(request);
        body["error"] = gossip(request);
        switch (temper.load()) {
            case Temper::content:
                break;
            case Temper::refusing:
                co_return standin::Response(400, "application/json", json::serialize(body));
            case Temper::confused:
                co_return standin::Response(500, "text/html", "<pre>" + gossip(request) + "</pre>");
            case Temper::broken: {
                const auto text = json::serialize(body);
                co_return standin::Response(200, "application/json", text.substr(0, text.size() - 9));
            }
            case Temper::offended:
                co_return standin::Response(403, "application/json", json::serialize(body));
        }
        if (request.method == "GET") {
            co_return standin::Response(200, "application/json", json::serialize(body));
        }
        body["id"] = "r" + std::to_string(++made);
        co_return standin::Response(200, "application/json", json::serialize(json::array{std::move(body)}));
    }

    std::atomic<Temper> temper = Temper::content;
    int made = 0;
    boost::asio::io_context io{1};
    std::unique_ptr<standin::HttpServer> server;
    std::thread thread;
};

EchoSite::EchoSite(const std::string& auth) : port_(free_port()), platform_(std::make_unique<Platform>()) {
    folder_ = fresh_folder("navette-echo");
    fs::create_directories(folder_ / "connectors");
    const auto shipped = fs::path(NAVETTE_BINARY_DIR) / "lib/test_connectors";
    fs::copy_file(shipped / "probe.so", folder_ / "connectors/probe.so");
    std::ifstream in(shipped / "probe.yaml");
    std::string manifest((std::istreambuf_iterator<char>(in)), {});
    const std::string no_auth = "auth: {type: none}\n\nconfig:\n";
    manifest.replace(
        manifest.find(no_auth),
        no_auth.size(),
        "auth: " + auth +
            "\n\nconfig:\n  api_key: {type: secret, label: K}\n  password: {type: secret, label: P}\n"
            "  webhook_secret: {type: secret, label: W}\n"
    );
    // One request for each record: a batch would be taken apart in ways that this is not about.
    manifest.replace(manifest.find("batch: 50"), 9, "batch: 1");
    write("connectors/probe.yaml", manifest);
    write("navette.key", secrets::Vault::generate_key("test"));
    write("api_key", kApiKey);
    write("password", kPassword);
    write("webhook_secret", std::string(kFirstWebhookSecret) + " " + kSecondWebhookSecret);
    write(
        "navette.yaml",
        "database: {url: \"" + database_.url() + "\"}\nnode: {name: echo}\nconnectors: {directory: " +
            (folder_ / "connectors").string() + ", overrides: " + folder_.string() +
            "}\nengine: {poll: 100ms, sweep: 1s}\nlog: {level: debug}\nsecrets: {key: \"${file:" +
            (folder_ / "navette.key").string() + "}\"}\noutbound: {allow_private_networks: [127.0.0.0/8]}\n" +
            "listen: {port: " + std::to_string(port_) + "}\n"
    );
    const auto secret = [&](const std::string& name) { return name + "=@" + (folder_ / name).string(); };
    const auto added = ctl(
        {"integration",
         "add",
         "probe",
         "--tenant",
         "acme",
         "--id",
         "int_acme",
         "--set",
         "base_url=http://127.0.0.1:" + std::to_string(platform_->server->port()),
         "--secret",
         secret("api_key"),
         "--secret",
         secret("password"),
         "--secret",
         secret("webhook_secret"),
         "--max-retries",
         "1",
         "--enable"}
    );
    if (added.exit_code != 0) {
        throw std::runtime_error("integration add failed: " + added.output);
    }
}

EchoSite::~EchoSite() {
    daemon_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

void EchoSite::start_daemon() {
    daemon_ = std::make_unique<Process>(std::vector<std::string>{
        std::string(NAVETTE_BINARY_DIR) + "/bin/navetted", "--config", (folder_ / "navette.yaml").string()
    });
    daemon_->await_line("ready");
}

int EchoSite::stop_daemon() {
    daemon_->signal(SIGTERM);
    return daemon_->wait();
}

Finished EchoSite::ctl(std::vector<std::string> words) const {
    words.insert(
        words.begin(),
        {std::string(NAVETTE_BINARY_DIR) + "/bin/navettectl", "--config", (folder_ / "navette.yaml").string()}
    );
    return run(words);
}

void EchoSite::be(Temper temper) {
    platform_->temper = temper;
}

void EchoSite::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
}

}  // namespace navette::test
