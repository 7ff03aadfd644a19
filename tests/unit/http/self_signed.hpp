// Certificates for tests, made by OpenSSL in memory and written to files.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

namespace navette::http::test {

/// A folder with certificate.pem and key.pem, gone at the end.
class CertificateFolder {
  public:
    CertificateFolder() {
        static std::atomic<int> count = 0;
        folder_ = std::filesystem::temp_directory_path() /
                  ("navette-tls-" + std::to_string(getpid()) + "-" + std::to_string(++count));
        std::filesystem::create_directories(folder_);
    }
    ~CertificateFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    CertificateFolder(const CertificateFolder&) = delete;
    CertificateFolder& operator=(const CertificateFolder&) = delete;

    [[nodiscard]] std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
    [[nodiscard]] std::filesystem::path key() const { return folder_ / "key.pem"; }

    /// A new key and a certificate for it with this serial number, valid from now for `seconds`.
    void issue(long serial, long seconds = 3'600) const {
        const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
        const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
        X509_set_version(made.get(), X509_VERSION_3);
        ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
        X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds);
        X509_NAME* const name = X509_get_subject_name(made.get());
        X509_NAME_add_entry_by_txt(
            name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0
        );
        X509_set_issuer_name(made.get(), name);
        X509_set_pubkey(made.get(), pair.get());
        X509_sign(made.get(), pair.get(), EVP_sha256());
        write(certificate(), [&](FILE* file) { PEM_write_X509(file, made.get()); });
        write(key(), [&](FILE* file) {
            PEM_write_PrivateKey(file, pair.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

  private:
    template <class Write>
    static void write(const std::filesystem::path& path, const Write& write_to) {
        FILE* const file = std::fopen(path.c_str(), "w");
        write_to(file);
        std::fclose(file);
    }

    std::filesystem::path folder_;
};

}  // namespace navette::http::test
