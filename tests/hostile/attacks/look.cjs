// Says what it finds of an earlier run's plants.
const fs = require('fs');
const { execSync } = require('child_process');
console.log('found', execSync('find / -xdev -name "planted*" -not -path "/proc/*"').toString().trim() || 'nothing');
console.log('tools', fs.readFileSync('/opt/verifier/launch.cjs', 'utf8').includes('use strict'));
fs.mkdirSync('public', { recursive: true });
fs.writeFileSync('public/index.html', 'clean');
