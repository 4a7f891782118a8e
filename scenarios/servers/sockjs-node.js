// sockjs-node with an echo service at /echo: node sockjs-node.js PORT FOLDER_WITH_NODE_MODULES
const http = require('http');

const [port, home] = process.argv.slice(2);
const sockjs = require(require.resolve('sockjs', { paths: [home] }));

const echo = sockjs.createServer();
echo.on('connection', (connection) => connection.on('data', (message) => connection.write(message)));
const server = http.createServer();
echo.installHandlers(server, { prefix: '/echo' });
server.listen(port, '127.0.0.1', () => console.log('listening on', port));
