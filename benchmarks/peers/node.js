// sockjs-node: an echo service at /echo. Runs in the folder whose node_modules hold it.
const http = require('http');
const sockjs = require(require.resolve('sockjs', { paths: [process.cwd()] }));

const echo = sockjs.createServer({ log: () => {} });
echo.on('connection', (connection) => connection.on('data', (message) => connection.write(message)));
const server = http.createServer();
echo.installHandlers(server, { prefix: '/echo' });
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
