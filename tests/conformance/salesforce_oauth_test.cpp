// How Salesforce's connector signs in, against a token endpoint that checks what it is given: an assertion's
// signature, issuer, user and audience; where the token says that calls go to.
#include "tests/conformance/connected_site.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>

namespace navette::conformance {
namespace {

using ::testing::HasSubstr;
using Kind = sdk::OutcomeKind;

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct KeyPair {
    std::string secret;  // both in PEM
    std::string shown;
};

std::string text_of(BIO& bio) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(&bio, &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

KeyPair new_pair() {
    const std::unique_ptr<EVP_PKEY, Free> key(EVP_RSA_gen(2048));
    const std::unique_ptr<BIO, Free> secret(BIO_new(BIO_s_mem()));
    const std::unique_ptr<BIO, Free> shown(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    PEM_write_bio_PUBKEY(shown.get(), key.get());
    return {text_of(*secret), text_of(*shown)};
}

const KeyPair& key_of_app() {
    static const auto pair = new_pair();
    return pair;
}

/// An app that works by a certificate; `more` is added to the settings.
Subject by_certificate(const std::string& private_key, const boost::json::object& more = {}) {
    auto subject = salesforce_subject();
    subject.options.set("jwt_public_key", key_of_app().shown);
    subject.settings = [more](const std::string& url) {
        boost::json::object settings{
            {"base_url", url}, {"own_client_id", "client-1"}, {"username", "navette@standin.test"}
        };
        for (const auto& [name, value] : more) {
            settings[name] = value;
        }
        return settings;
    };
    subject.secrets = {{"private_key", private_key}};
    return subject;
}

const ObjectCase& lead_of(const Subject& subject) {
    return subject.objects.front();
}

TEST(SalesforceSignIn, ByACertificateTheAssertionIsTakenAndRenewedWhenTheSessionEnds) {
    const auto subject = by_certificate(key_of_app().secret);
    ConnectedSite site(subject);
    EXPECT_EQ(site.push(site.operation(lead_of(subject), 1)).kind, Kind::done);
    site.site().control("POST", "tokens", R"({"expire":true})");
    EXPECT_EQ(site.push(site.operation(lead_of(subject), 2)).kind, Kind::done);
    const auto tokens = site.site().effects().at("by_endpoint").at("POST /services/oauth2/token");
    EXPECT_EQ(tokens.to_number<int>(), 2);
    EXPECT_EQ(site.created(lead_of(subject)), 2);
}

TEST(SalesforceSignIn, AnotherKeyThanThatOfTheCertificateIsRefused) {
    const auto subject = by_certificate(new_pair().secret);
    ConnectedSite site(subject);
    const auto report = site.test();
    EXPECT_FALSE(report.ok);
    EXPECT_THAT(report.sentence, HasSubstr("invalid assertion"));
    EXPECT_FALSE(site.push(site.operation(lead_of(subject), 1)).is_success());
    EXPECT_EQ(site.created(lead_of(subject)), 0);
}

TEST(SalesforceSignIn, WhatIsWrongWithAnAssertionIsTold) {
    const std::vector<std::pair<boost::json::object, std::string>> mistakes{
        {{{"username", "stranger@standin.test"}}, "user hasn't approved this consumer"},
        {{{"login_url", "https://test.salesforce.com"}}, "audience is invalid"},
        {{{"own_client_id", "another"}}, "invalid client credentials"}
    };
    for (const auto& [settings, words] : mistakes) {
        const auto subject = by_certificate(key_of_app().secret, settings);
        ConnectedSite site(subject);
        const auto report = site.test();
        EXPECT_FALSE(report.ok) << words;
        EXPECT_THAT(report.sentence, HasSubstr(words));
    }
}

TEST(SalesforceSignIn, CallsGoWhereTheTokenSays) {
    standin::SiteInProcess elsewhere("salesforce");
    auto subject = salesforce_subject();
    subject.options.set("instance_url", elsewhere.url());
    ConnectedSite site(subject);
    site.test();
    const auto there = elsewhere.effects().at("by_endpoint").as_object();
    EXPECT_TRUE(there.contains("GET /query")) << boost::json::serialize(there);
    EXPECT_FALSE(there.contains("POST /services/oauth2/token"));
}

}  // namespace
}  // namespace navette::conformance
