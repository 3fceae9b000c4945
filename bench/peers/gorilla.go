// The room on gorilla/websocket: a prepared message for all, a goroutine and a queue for each writer.
package main

import (
	"log"
	"net/http"
	"os"
	"sync"

	"github.com/gorilla/websocket"
)

type reader struct {
	socket *websocket.Conn
	queue  chan *websocket.PreparedMessage
}

var (
	lock     sync.RWMutex
	readers  = map[*reader]struct{}{}
	upgrader = websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
)

func (r *reader) write() {
	for message := range r.queue {
		if r.socket.WritePreparedMessage(message) != nil {
			r.socket.Close()
		}
	}
}

func say(kind int, text []byte) {
	message, err := websocket.NewPreparedMessage(kind, text)
	if err != nil {
		return
	}
	lock.RLock()
	defer lock.RUnlock()
	for r := range readers {
		r.queue <- message
	}
}

func room(w http.ResponseWriter, request *http.Request) {
	socket, err := upgrader.Upgrade(w, request, nil)
	if err != nil {
		return
	}
	r := &reader{socket, make(chan *websocket.PreparedMessage, 256)}
	lock.Lock()
	readers[r] = struct{}{}
	lock.Unlock()
	go r.write()
	for {
		kind, text, err := socket.ReadMessage()
		if err != nil {
			break
		}
		say(kind, text)
	}
	lock.Lock()
	delete(readers, r)
	lock.Unlock()
	close(r.queue)
	socket.Close()
}

func main() {
	http.HandleFunc("/", room)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Args[1], nil))
}
