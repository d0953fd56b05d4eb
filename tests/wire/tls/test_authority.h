// A certificate authority of a test's own: keys and certificates that are made on the spot, as PEM files.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "wire/tls/certificates.h"

namespace cutlink::wire {

// What a certificate says.
struct Wish {
  std::string name = "client";       // common name, and of the files
  std::string usage = "clientAuth";  // extended key usage; empty: none
  std::string alternatives = "";     // e.g. "DNS:server.example,IP:127.0.0.1"
  long from_s = -3600, to_s = 3600;  // valid, from now
  bool is_authority = false;
  std::string keep_key = "";  // the name of an earlier wish, whose key it gets
};

inline Wish for_server(const std::string& alternatives = "IP:127.0.0.1,DNS:localhost") {
  return {.name = "server", .usage = "serverAuth", .alternatives = alternatives};
}

class TestAuthority {
 public:
  // Its certificate is FOLDER/NAME.pem, signed by itself, or by `parent` as an intermediate.
  explicit TestAuthority(std::filesystem::path folder, const std::string& name = "ca",
                         const TestAuthority* parent = nullptr)
      : folder_(std::move(folder)), parent_(parent), key_(new_key()), certificate_(nullptr, &::X509_free) {
    const Wish wish{.name = name, .usage = "", .is_authority = true};
    certificate_ = parent == nullptr ? make(wish, key_.get(), nullptr, key_.get())
                                     : make(wish, key_.get(), parent->certificate_.get(), parent->key_.get());
    file_ = folder_ / (name + ".pem");
    write({certificate_.get()}, file_);
  }

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }
  // As if it were an end's: signed by itself, where it has no parent.
  [[nodiscard]] CertificateFiles itself() const {
    const std::filesystem::path key_file = file_.string() + ".key";
    write_key(key_.get(), key_file);
    return {file_, key_file, file_};
  }

  // A certificate and its key, as FOLDER/NAME.pem and FOLDER/NAME-key.pem; the chain up to the root follows.
  [[nodiscard]] CertificateFiles issue(const Wish& wish) const {
    const std::filesystem::path key_file = folder_ / (wish.name + "-key.pem");
    const Key key = wish.keep_key.empty() ? new_key() : read_key(folder_ / (wish.keep_key + "-key.pem"));
    const Certificate made = make(wish, key.get(), certificate_.get(), key_.get());
    std::vector<X509*> chain = {made.get()};
    for (const TestAuthority* above = this; above->parent_ != nullptr; above = above->parent_) {
      chain.push_back(above->certificate_.get());
    }
    const std::filesystem::path file = folder_ / (wish.name + ".pem");
    write(chain, file);
    write_key(key.get(), key_file);
    return {file, key_file, root()};
  }
  [[nodiscard]] Certificates for_client(const Wish& wish = {}) const {
    return {issue(wish), TlsRole::client};
  }
  [[nodiscard]] Certificates for_server(const Wish& wish = wire::for_server()) const {
    return {issue(wish), TlsRole::server};
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&::X509_free)>;
  using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

  [[nodiscard]] const std::filesystem::path& root() const {
    return parent_ == nullptr ? file_ : parent_->root();
  }

  // Ed25519: its signatures have one length, so that an exchange has, too.
  static Key new_key() { return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &::EVP_PKEY_free}; }

  static Key read_key(const std::filesystem::path& file) {
    const File in(std::fopen(file.c_str(), "r"), &std::fclose);
    return {PEM_read_PrivateKey(in.get(), nullptr, nullptr, nullptr), &::EVP_PKEY_free};
  }

  static void write(const std::vector<X509*>& chain, const std::filesystem::path& file) {
    const File out(std::fopen(file.c_str(), "w"), &std::fclose);
    for (X509* certificate : chain) {
      EXPECT_EQ(PEM_write_X509(out.get(), certificate), 1);
    }
  }

  static void write_key(EVP_PKEY* key, const std::filesystem::path& file) {
    const File out(std::fopen(file.c_str(), "w"), &std::fclose);
    EXPECT_EQ(::chmod(file.c_str(), 0600), 0);
    EXPECT_EQ(PEM_write_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr), 1);
  }

  static void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    if (value.empty()) {
      return;
    }
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const std::unique_ptr<X509_EXTENSION, decltype(&::X509_EXTENSION_free)> extension(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()), &::X509_EXTENSION_free);
    EXPECT_NE(extension, nullptr) << value;
    EXPECT_EQ(X509_add_ext(certificate, extension.get(), -1), 1);
  }

  // issuer null: signed by itself.
  static Certificate make(const Wish& wish, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
    static long serial = 1;
    Certificate made(X509_new(), &::X509_free);
    X509* raw = made.get();
    X509_set_version(raw, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(raw), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(raw), wish.from_s);
    X509_gmtime_adj(X509_getm_notAfter(raw), wish.to_s);
    X509_set_pubkey(raw, key);
    X509_NAME* name = X509_get_subject_name(raw);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               static_cast<const unsigned char*>(static_cast<const void*>(wish.name.data())),
                               static_cast<int>(wish.name.size()), -1, 0);
    X509_set_issuer_name(raw, issuer == nullptr ? name : X509_get_subject_name(issuer));
    X509* above = issuer == nullptr ? raw : issuer;
    extend(raw, above, NID_basic_constraints, wish.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    extend(raw, above, NID_ext_key_usage, wish.usage);
    extend(raw, above, NID_subject_alt_name, wish.alternatives);
    EXPECT_NE(X509_sign(raw, issuer_key, nullptr), 0);
    return made;
  }

  std::filesystem::path folder_;
  const TestAuthority* parent_;
  Key key_;
  Certificate certificate_;
  std::filesystem::path file_;
};

}  // namespace cutlink::wire
