// The functions of OpenSSL that Asio and the plugin call: each hands its call on to the library that
// load_tls_library() has loaded. The linker names one that is missing here.
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "tls_library.hpp"

// Static: it is searched once.
#define DREAM_TLS(result, name, parameters, ...)                                                      \
  extern "C" result name parameters {                                                                 \
    static const auto loaded = reinterpret_cast<decltype(&::name)>(dream::http::tls_function(#name)); \
    return loaded(__VA_ARGS__);                                                                       \
  }

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)
DREAM_TLS(long, BIO_ctrl, (BIO * bio, int command, long number, void* data), bio, command, number, data)
DREAM_TLS(std::size_t, BIO_ctrl_pending, (BIO * bio), bio)
DREAM_TLS(int, BIO_free, (BIO * bio), bio)
DREAM_TLS(int, BIO_new_bio_pair, (BIO * *one, std::size_t size, BIO** other, std::size_t other_size), one,
          size, other, other_size)
DREAM_TLS(BIO*, BIO_new_mem_buf, (const void* bytes, int size), bytes, size)
DREAM_TLS(int, BIO_read, (BIO * bio, void* bytes, int size), bio, bytes, size)
DREAM_TLS(int, BIO_write, (BIO * bio, const void* bytes, int size), bio, bytes, size)
DREAM_TLS(void, CRYPTO_free, (void* memory, const char* file, int line), memory, file, line)
DREAM_TLS(void, ERR_clear_error, (), )
DREAM_TLS(unsigned long, ERR_get_error, (), )
DREAM_TLS(const char*, ERR_lib_error_string, (unsigned long error), error)
DREAM_TLS(const char*, ERR_reason_error_string, (unsigned long error), error)
DREAM_TLS(unsigned long, ERR_peek_error, (), )
DREAM_TLS(unsigned long, ERR_peek_last_error, (), )
DREAM_TLS(void, EVP_PKEY_free, (EVP_PKEY * key), key)
DREAM_TLS(EVP_PKEY*, PEM_read_bio_PrivateKey, (BIO * bio, EVP_PKEY** key, pem_password_cb* ask, void* data),
          bio, key, ask, data)
DREAM_TLS(X509*, PEM_read_bio_X509, (BIO * bio, X509** certificate, pem_password_cb* ask, void* data), bio,
          certificate, ask, data)
DREAM_TLS(X509*, PEM_read_bio_X509_AUX, (BIO * bio, X509** certificate, pem_password_cb* ask, void* data),
          bio, certificate, ask, data)
DREAM_TLS(long, SSL_CTX_ctrl, (SSL_CTX * context, int command, long number, void* data), context, command,
          number, data)
DREAM_TLS(void, SSL_CTX_free, (SSL_CTX * context), context)
DREAM_TLS(X509_STORE*, SSL_CTX_get_cert_store, (const SSL_CTX* context), context)
DREAM_TLS(pem_password_cb*, SSL_CTX_get_default_passwd_cb, (SSL_CTX * context), context)
DREAM_TLS(void*, SSL_CTX_get_default_passwd_cb_userdata, (SSL_CTX * context), context)
DREAM_TLS(void*, SSL_CTX_get_ex_data, (const SSL_CTX* context, int index), context, index)
DREAM_TLS(int, SSL_CTX_load_verify_locations, (SSL_CTX * context, const char* file, const char* folder),
          context, file, folder)
DREAM_TLS(SSL_CTX*, SSL_CTX_new, (const SSL_METHOD* method), method)
DREAM_TLS(void, SSL_CTX_set_default_passwd_cb, (SSL_CTX * context, pem_password_cb* ask), context, ask)
DREAM_TLS(void, SSL_CTX_set_default_passwd_cb_userdata, (SSL_CTX * context, void* data), context, data)
DREAM_TLS(int, SSL_CTX_set_default_verify_paths, (SSL_CTX * context), context)
DREAM_TLS(int, SSL_CTX_set_ex_data, (SSL_CTX * context, int index, void* data), context, index, data)
DREAM_TLS(std::uint64_t, SSL_CTX_set_options, (SSL_CTX * context, std::uint64_t options), context, options)
DREAM_TLS(int, SSL_CTX_use_PrivateKey, (SSL_CTX * context, EVP_PKEY* key), context, key)
DREAM_TLS(int, SSL_CTX_use_certificate, (SSL_CTX * context, X509* certificate), context, certificate)
DREAM_TLS(int, SSL_CTX_use_PrivateKey_file, (SSL_CTX * context, const char* file, int type), context, file,
          type)
DREAM_TLS(int, SSL_CTX_use_certificate_chain_file, (SSL_CTX * context, const char* file), context, file)
DREAM_TLS(int, SSL_accept, (SSL * ssl), ssl)
DREAM_TLS(int, SSL_connect, (SSL * ssl), ssl)
DREAM_TLS(long, SSL_ctrl, (SSL * ssl, int command, long number, void* data), ssl, command, number, data)
DREAM_TLS(void, SSL_free, (SSL * ssl), ssl)
DREAM_TLS(int, SSL_get_error, (const SSL* ssl, int result), ssl, result)
DREAM_TLS(void*, SSL_get_ex_data, (const SSL* ssl, int index), ssl, index)
DREAM_TLS(int, SSL_get_ex_data_X509_STORE_CTX_idx, (), )
DREAM_TLS(int, SSL_get_shutdown, (const SSL* ssl), ssl)
DREAM_TLS(SSL_verify_cb, SSL_get_verify_callback, (const SSL* ssl), ssl)
DREAM_TLS(int, SSL_get_verify_mode, (const SSL* ssl), ssl)
DREAM_TLS(SSL*, SSL_new, (SSL_CTX * context), context)
DREAM_TLS(int, SSL_read, (SSL * ssl, void* bytes, int size), ssl, bytes, size)
DREAM_TLS(void, SSL_set_bio, (SSL * ssl, BIO* reading, BIO* writing), ssl, reading, writing)
DREAM_TLS(int, SSL_set_ex_data, (SSL * ssl, int index, void* data), ssl, index, data)
DREAM_TLS(void, SSL_set_verify, (SSL * ssl, int mode, SSL_verify_cb callback), ssl, mode, callback)
DREAM_TLS(int, SSL_shutdown, (SSL * ssl), ssl)
DREAM_TLS(int, SSL_write, (SSL * ssl, const void* bytes, int size), ssl, bytes, size)
DREAM_TLS(const SSL_METHOD*, TLS_client_method, (), )
DREAM_TLS(const SSL_METHOD*, TLS_method, (), )
DREAM_TLS(const SSL_METHOD*, TLS_server_method, (), )
DREAM_TLS(int, X509_STORE_add_cert, (X509_STORE * store, X509* certificate), store, certificate)
DREAM_TLS(X509*, X509_STORE_CTX_get_current_cert, (const X509_STORE_CTX* context), context)
DREAM_TLS(int, X509_STORE_CTX_get_error_depth, (const X509_STORE_CTX* context), context)
DREAM_TLS(void*, X509_STORE_CTX_get_ex_data, (const X509_STORE_CTX* context, int index), context, index)
DREAM_TLS(int, X509_check_host,
          (X509 * certificate, const char* name, std::size_t size, unsigned flags, char** found), certificate,
          name, size, flags, found)
DREAM_TLS(int, X509_check_ip_asc, (X509 * certificate, const char* address, unsigned flags), certificate,
          address, flags)
DREAM_TLS(EVP_PKEY*, d2i_PrivateKey_bio, (BIO * bio, EVP_PKEY** key), bio, key)
DREAM_TLS(void, X509_free, (X509 * certificate), certificate)

#undef DREAM_TLS
// NOLINTEND(readability-inconsistent-declaration-parameter-name)
