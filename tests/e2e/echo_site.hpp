// A platform that gives away what it is told: every answer quotes the request's headers in several encodings
// and hands out tokens. With a navetted that works for it.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace navette::test {

/// What every answer holds besides, so that a search that finds nothing is known to have looked.
inline constexpr const char* kVisible = "visible-marker-4711";

/// The integration's secrets.
inline constexpr const char* kApiKey = "Key+9f3a/7c2=\"q\\u";
inline constexpr const char* kPassword = "pa:ss w\u00f6rd\"-77";
inline constexpr const char* kFirstWebhookSecret = "whsec_AAAA11112222";
inline constexpr const char* kSecondWebhookSecret = "whsec_BBBB33334444";
/// What the platform hands out, and nobody told us of.
inline constexpr const char* kAccessToken = "unknown-access-5551";
inline constexpr const char* kRefreshToken = "unknown-refresh-5552";
inline constexpr const char* kClientSecret = "unknown-client-5553";
inline constexpr const char* kUserInfo = "unknown-user:unknown-info-5554";

/// How the platform answers.
enum class Temper { content, refusing, confused, broken, offended };

class EchoSite {
  public:
    /// Connects tenant acme. `auth`: the manifest's section, over the secrets api_key, password and
    /// webhook_secret.
    explicit EchoSite(const std::string& auth);
    ~EchoSite();
    EchoSite(const EchoSite&) = delete;
    EchoSite& operator=(const EchoSite&) = delete;

    void start_daemon();
    int stop_daemon();
    [[nodiscard]] Process& daemon() { return *daemon_; }
    Finished ctl(std::vector<std::string> words) const;
    [[nodiscard]] TestDatabase& database() { return database_; }
    void be(Temper temper);
    /// Where the daemon's listener is.
    [[nodiscard]] std::uint16_t port() const { return port_; }

  private:
    struct Platform;

    void write(const std::string& name, const std::string& text) const;

    std::uint16_t port_;
    std::filesystem::path folder_;
    TestDatabase database_;
    std::unique_ptr<Platform> platform_;
    std::unique_ptr<Process> daemon_;
};

}  // namespace navette::test
