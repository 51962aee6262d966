-- LuaSocket's smtp over LuaSec plays a file of wishes; STARTTLS is done here, as scripts for it do.
local socket = require("socket")
local smtp = require("socket.smtp")
local ssl = require("ssl")
local ltn12 = require("ltn12")

local function decode(line)  -- enough JSON for a wish
    local wish = {}
    local function text(raw)
        raw = raw:gsub('\\(["\\/nrt])', { n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" })
        return raw
    end
    for key, raw in line:gmatch('"(%w+)": "(.-[^\\])"[,}]') do wish[key] = text(raw) end
    for key, number in line:gmatch('"(%w+)": (%d+)') do wish[key] = tonumber(number) end
    wish.to = {}
    for each in line:match('"to": %[(.-)%]'):gmatch('"(.-)"') do table.insert(wish.to, each) end
    return wish
end

local function wrapped(wish)
    return function()
        local plain, params = socket.tcp(), { mode = "client", protocol = "any", verify = "none", ciphers = "ALL:@SECLEVEL=0",
            options = { "all" } }
        local made = { c = plain }
        local function secure()
            local safe = assert(ssl.wrap(plain, params))
            assert(safe:dohandshake())
            made.c = safe
        end
        function made:connect(host, port)
            plain:settimeout(12)
            local ok, err = plain:connect(host, port)
            if not ok then return ok, err end
            if wish.tls == "implicit" then secure() return ok end
            local function reply()
                repeat local got = assert(plain:receive("*l")) until got:sub(4, 4) ~= "-"
            end
            reply()
            plain:send("EHLO " .. wish.helo .. "\r\n")
            reply()
            plain:send("STARTTLS\r\n")
            reply()
            secure()
            made.greeting = "220 inside TLS"  -- socket.smtp waits for a greeting; TLS has none
            return ok
        end
        function made:receive(...)
            if made.greeting then
                local said = made.greeting
                made.greeting = nil
                return said
            end
            return made.c:receive(...)
        end
        function made:send(...) return made.c:send(...) end
        function made:settimeout(...) return made.c:settimeout(...) end
        function made:close() return made.c:close() end
        return made
    end
end

for line in io.lines(arg[1]) do
    local wish = decode(line)
    local to = {}
    for _, each in ipairs(wish.to) do table.insert(to, "<" .. each .. ">") end
    pcall(smtp.send, {
        from = "<" .. wish.sender .. ">", rcpt = to, server = wish.host, port = wish.port, domain = wish.helo,
        user = wish.mechanism and wish.user, password = wish.mechanism and wish.secret, create = wrapped(wish),
        source = smtp.message({ headers = { subject = wish.subject }, body = wish.body or "-" }),
    })
end
