#include "agent/http/transfer.hpp"

#include "agent/http/curl_multi.hpp"
#include "agent/http/libcurl.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <memory>

namespace agent {

namespace asio = boost::asio;
using boost::system::result;

namespace {

constexpr long small_buffer = 16 << 10;  // the least that curl takes for an upload

constexpr std::size_t hold_back_above = std::size_t(256) << 10;

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

// RFC 9110 5.6.2 token.
bool is_token(std::string_view name)
{
    auto const odd = [](unsigned char c) {
        return c <= ' ' || c >= 0x7F ||
               std::string_view("\"(),/:;<=>?@[\\]{}").find(char(c)) != std::string_view::npos;
    };
    return !name.empty() && std::ranges::none_of(name, odd);
}

bool is_field_value(std::string_view value)
{
    return value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

}  // namespace

bool is_loopback(std::string_view host)
{
    if (same_name(host, "localhost") || host == "[::1]" || host == "::1")
        return true;
    in_addr address{};
    auto const text = std::string(host);
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 &&
           (ntohl(address.s_addr) >> 24) == 127;
}

transfer::transfer(curl_multi& multi, http_request request, http_options options)
    : multi_(&multi),
      request_(std::move(request)),
      options_(options),
      changed_(multi.get_executor())
{
    multi_->transfers_.insert(this);
    if (auto why = multi_->open())
        fail(http_errc::library_missing, *why);
    else
        start();
}

transfer::~transfer()
{
    if (!multi_)
        return;
    multi_->transfers_.erase(this);
    release();
}

void transfer::release()
{
    if (!multi_->curl_)
        return;
    auto const& curl = *multi_->curl_;
    if (added_)
        curl.multi_remove_handle(multi_->handle_, easy_);
    if (easy_)
        curl.easy_cleanup(easy_);
    curl.slist_free_all(static_cast<curl_slist*>(header_list_));
}

void transfer::abandon()
{
    release();
    multi_ = nullptr;
    fail(http_errc::broken, "the answer of " + host_ + " broke off: the program is ending");
}

void transfer::start()
{
    easy_ = multi_->curl_->easy_init();
    if (!easy_)
        return fail(http_errc::library_missing, "libcurl is out of memory");
    if (!accept_headers() || !accept_url())
        return;
    if (multi_->curl_->multi_add_handle(multi_->handle_, easy_) != CURLM_OK)
        return fail(http_errc::library_missing, "libcurl could not start the transfer");
    added_ = true;
}

// Takes the URL apart with libcurl's own parser, so that what was judged is what is connected to.
bool transfer::accept_url()
{
    auto const& curl = *multi_->curl_;
    auto const free_url = [&](CURLU* u) { curl.url_cleanup(u); };
    std::unique_ptr<CURLU, decltype(free_url)> const url(curl.url(), free_url);
    auto part = [&](CURLUPart which) {
        char* text = nullptr;
        if (curl.url_get(url.get(), which, &text, 0) != CURLUE_OK)
            return std::string();
        std::string out = text;
        curl.free(text);
        return out;
    };
    if (!url || curl.url_set(url.get(), CURLUPART_URL, request_.url.c_str(), 0) != CURLUE_OK) {
        fail(http_errc::refused, "the URL is not valid: write it as https://host/path");
        return false;
    }
    auto const scheme = part(CURLUPART_SCHEME);
    auto const host = part(CURLUPART_HOST);
    auto const port = part(CURLUPART_PORT);
    host_ = port.empty() ? host : host + ":" + port;
    bool const loopback = is_loopback(host);
    if (scheme != "https" && scheme != "http") {
        fail(http_errc::refused, "the URL of " + host_ + " is neither https nor http");
    } else if (scheme == "http" && !loopback && !options_.plain_http_anywhere) {
        fail(
            http_errc::refused,
            "http://" + host_ +
                " would send the key unencrypted to another machine: use https, or "
                "allow plain HTTP explicitly");
    } else if (!part(CURLUPART_USER).empty() || !part(CURLUPART_PASSWORD).empty()) {
        fail(http_errc::refused, "the URL of " + host_ + " holds a user or a password: remove it");
    } else {
        curl.easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, scheme.c_str());
        set_options(loopback);
        return true;
    }
    return false;
}

bool transfer::accept_headers()
{
    auto const& curl = *multi_->curl_;
    auto append = [&](std::string const& line) {
        auto* longer = curl.slist_append(static_cast<curl_slist*>(header_list_), line.c_str());
        if (longer)
            header_list_ = longer;
    };
    for (auto const& [name, value] : request_.headers) {
        if (!is_token(name) || !is_field_value(value)) {
            fail(
                http_errc::refused,
                "the header " + (is_token(name) ? name : std::string("with the odd name")) +
                    " is not sent: it holds a character that no header may hold");
            return false;
        }
        std::string line = name;
        line.append(value.empty() ? ";" : ": ").append(value);
        append(line);
    }
    append("Expect:");
    curl.easy_setopt(easy_, CURLOPT_HTTPHEADER, static_cast<curl_slist*>(header_list_));
    return true;
}

void transfer::set_options(bool loopback)
{
    auto const set = multi_->curl_->easy_setopt;
    set(easy_, CURLOPT_URL, request_.url.c_str());
    set(easy_, CURLOPT_PRIVATE, this);
    set(easy_, CURLOPT_NOSIGNAL, 1L);
    set(easy_, CURLOPT_QUICK_EXIT, 1L);  // an abort does not wait for a name to be resolved
    set(easy_, CURLOPT_FOLLOWLOCATION, 0L);
    set(easy_, CURLOPT_SSL_VERIFYPEER, 1L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 2L);
    if (!multi_->trusted_.empty()) {
        curl_blob trusted{multi_->trusted_.data(), multi_->trusted_.size(), CURL_BLOB_NOCOPY};
        set(easy_, CURLOPT_CAINFO_BLOB, &trusted);
    }
    set(easy_, CURLOPT_CONNECTTIMEOUT_MS, long(options_.connect_timeout.count()));
    set(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
    set(easy_, CURLOPT_TCP_KEEPIDLE, 30L);
    set(easy_, CURLOPT_TCP_KEEPINTVL, 15L);
    set(easy_, CURLOPT_HEADEROPT, long(CURLHEADER_SEPARATE));  // no header of ours to a proxy
    set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!options_.environment_proxies)
        set(easy_, CURLOPT_PROXY, "");
    else if (loopback)
        set(easy_, CURLOPT_NOPROXY, "*");
    // A thousand may wait for a model at once. curl's own buffers would be 80 KiB of each.
    set(easy_, CURLOPT_BUFFERSIZE, small_buffer);
    set(easy_, CURLOPT_UPLOAD_BUFFERSIZE, small_buffer);
    set(easy_, CURLOPT_ERRORBUFFER, detail_.data());
    set(easy_, CURLOPT_HEADERFUNCTION, &transfer::on_header);
    set(easy_, CURLOPT_HEADERDATA, this);
    set(easy_, CURLOPT_WRITEFUNCTION, &transfer::on_body);
    set(easy_, CURLOPT_WRITEDATA, this);
    if (request_.method == "POST") {
        set(easy_, CURLOPT_POST, 1L);
        set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request_.body.size()));
        set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
    } else if (request_.method != "GET") {
        set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    }
}

asio::awaitable<result<void, http_error>> transfer::headers()
{
    while (!failure_ && !headers_done_)
        co_await changed_.wait();
    if (headers_done_ && (!failure_ || failure_->kind == http_errc::broken))
        co_return result<void, http_error>();
    co_return *failure_;
}

asio::awaitable<result<std::optional<std::string>, http_error>> transfer::read()
{
    for (;;) {
        if (!buffer_.empty()) {
            std::optional<std::string> piece = std::exchange(buffer_, std::string());
            if (std::exchange(paused_, false) && multi_)
                multi_->curl_->easy_pause(easy_, CURLPAUSE_CONT);
            co_return piece;
        }
        if (failure_)
            co_return *failure_;
        if (done_)
            co_return std::optional<std::string>();
        co_await changed_.wait();
    }
}

std::string_view transfer::header(std::string_view name) const
{
    for (auto const& [received, value] : received_headers_)
        if (same_name(received, name))
            return value;
    return {};
}

void transfer::fail(http_errc kind, std::string message)
{
    if (!failure_)
        failure_ = http_error(kind, std::move(message));
    changed_.notify();
}

// Called by curl_multi outside of libcurl's callbacks.
void transfer::finished(int code)
{
    auto const kind = [&] {
        switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return http_errc::timed_out;
        case CURLE_URL_MALFORMAT:
            return http_errc::refused;
        default:
            return headers_done_ ? http_errc::broken : http_errc::unreachable;
        }
    }();
    done_ = true;
    if (code != CURLE_OK) {
        std::string detail = detail_.data();
        if (detail.empty())
            detail = multi_->curl_->easy_strerror(CURLcode(code));
        std::ranges::replace_if(
            detail, [](unsigned char c) { return c < ' '; }, ' ');
        auto const what = headers_done_ ? "the answer of " : "no answer from ";
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            detail += " (a company's own certificates are named with --ca-file)";
        fail(kind, what + host_ + (headers_done_ ? " broke off: " : ": ") + detail);
    } else if (!headers_done_) {
        fail(http_errc::unreachable, "no answer from " + host_);
    }
    changed_.notify();
}

std::size_t transfer::on_header(char* bytes, std::size_t size, std::size_t count, void* data)
{
    auto& self = *static_cast<transfer*>(data);
    std::string_view line(bytes, size * count);
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    if (self.headers_done_)
        return size * count;  // trailers
    if (line.starts_with("HTTP/")) {
        self.received_headers_.clear();
    } else if (auto const colon = line.find(':'); colon != std::string_view::npos) {
        auto value = line.substr(colon + 1);
        value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
        self.received_headers_.emplace_back(line.substr(0, colon), value);
    } else if (line.empty()) {
        long status = 0;
        self.multi_->curl_->easy_getinfo(self.easy_, CURLINFO_RESPONSE_CODE, &status);
        if (status < 200)
            return size * count;  // 100 Continue and its like
        self.status_ = int(status);
        self.headers_done_ = true;
        if (status < 400 && status >= 300)
            self.fail(
                http_errc::redirected,
                self.host_ + " answered with a redirect (" + std::to_string(status) +
                    "), which is not followed: check the URL");
        self.changed_.notify();
    }
    return size * count;
}

std::size_t transfer::on_body(char* bytes, std::size_t size, std::size_t count, void* data)
{
    auto& self = *static_cast<transfer*>(data);
    auto const length = size * count;
    if (self.buffer_.size() > hold_back_above) {
        self.paused_ = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (length > self.options_.max_response - self.received_) {
        self.fail(
            http_errc::too_large,
            "the answer of " + self.host_ + " is larger than " +
                std::to_string(self.options_.max_response >> 20) + " MiB");
        return 0;
    }
    self.received_ += length;
    self.buffer_.append(bytes, length);
    self.changed_.notify();
    return length;
}

}  // namespace agent
